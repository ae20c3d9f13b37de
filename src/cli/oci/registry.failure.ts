import { CliError, messageOf } from '../cli.errors.js';
import { isObject } from './descriptor.js';

/** What a registry said when it did not do what it was asked. */
export interface Refusal {
  readonly registry: string;
  /** What was asked for, as in "cannot read the manifest 1.0.0". */
  readonly task: string;
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
  /** Takes secrets out of text that the registry chose. */
  readonly hide: (text: string) => string;
}

/** Answers that a proxy, or a registry while starting, gives: nothing was decided, trying again may help. */
const notReached: ReadonlySet<number> = new Set([502, 503, 504]);

const hintsByStatus: ReadonlyMap<number, readonly string[]> = new Map([
  [
    401,
    [
      'Log in with `docker login` or `oras login`, or set ATOM_OCI_USERNAME and ATOM_OCI_PASSWORD.',
      'If you did: the name or the password is wrong, or the token has expired.',
    ],
  ],
  [403, ['These credentials may not do this here; ask whoever runs the registry for access to the repository.']],
  [404, ['Check the repository and the tag; a registry may also hide what the credentials may not see.']],
  [405, ['The registry does not take this kind of content; ask whoever runs it whether OCI artifacts are allowed.']],
  [413, ['The registry takes nothing that large.']],
]);

export function failureOfRefusal({ registry, task, status, headers, bytes, hide }: Refusal): CliError {
  const said = wordsIn(bytes);
  const message = `${registry}: cannot ${task}: HTTP ${status}${said && ` (${hide(said)})`}`;
  if (notReached.has(status)) {
    return new CliError('CLI.UNREACHABLE', message, { hints: ['Try again in a few seconds.'] });
  }
  if (status === 429) return new CliError('CLI.REFUSED', message, { hints: [waitHint(headers)] });
  return new CliError('CLI.REFUSED', message, { hints: hintsByStatus.get(status) ?? [] });
}

/** Something answered that is no registry, or one that breaks the protocol. */
export function brokenAnswer(registry: string, reason: string, hints: readonly string[] = []): CliError {
  return new CliError('CLI.REFUSED', `${registry}: ${reason}`, { hints });
}

const adviceByCause: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing listens there; check the host and the port of the reference.',
  ENOTFOUND: 'This host name is not known; check the reference.',
  EAI_AGAIN: 'The host name could not be looked up; check the network and the reference.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'Set NODE_EXTRA_CA_CERTS to the file of the certificate authority.',
  SELF_SIGNED_CERT_IN_CHAIN: 'Set NODE_EXTRA_CA_CERTS to the file of the certificate authority.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'Set NODE_EXTRA_CA_CERTS to the file of the certificate authority.',
  ERR_SSL_WRONG_VERSION_NUMBER: 'This port does not speak TLS; --plain-http talks to a registry without it.',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'This port does not speak TLS; --plain-http talks to a registry without it.',
};

/** `fetch` says only "fetch failed"; the reason is in its cause. `origin` is where the request went. */
export function failureOfNetwork(thrown: unknown, origin: string): CliError {
  const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const hints = [adviceByCause[code] ?? 'Check the network and the host of the reference.'];
  return new CliError('CLI.UNREACHABLE', `cannot reach ${origin}: ${messageOf(cause) || code}`, { hints });
}

export function failureOfTime(origin: string, timeoutMs: number): CliError {
  const hints = ['Give it longer with --timeout 5m, or try again.'];
  return new CliError('CLI.UNREACHABLE', `${origin} did not finish its answer within ${timeoutMs / 1000} s`, { hints });
}

function waitHint(headers: Headers): string {
  const wait = headers.get('retry-after') ?? '';
  return `Too many requests for now: try again in ${/^\d{1,6}$/.test(wait) ? wait : 'a few'} seconds.`;
}

/** The first error of the body (distribution-spec 1.1, "Error Codes"), or nothing. */
function wordsIn(bytes: Uint8Array): string {
  try {
    const body: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    const errors = isObject(body) && Array.isArray(body['errors']) ? (body['errors'] as readonly unknown[]) : [];
    const [first] = errors;
    if (!isObject(first)) return '';
    const words = [first['code'], first['message']].filter((word) => typeof word === 'string' && word !== '');
    return words.join(': ').slice(0, 200);
  } catch {
    return '';
  }
}
