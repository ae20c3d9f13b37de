import type { Problem } from './api.types.js';
import { CliError, messageOf } from './cli.errors.js';

const hintsByStatus: ReadonlyMap<number, readonly string[]> = new Map([
  [
    401,
    [
      'Set ATOM_TOKEN to a token of this Atom; one starts with atom_pat_.',
      '`npm run quickstart` prints the first one; `atomctl config view` shows what is used now.',
    ],
  ],
  [
    403,
    ['The role of this token does not allow it; `atomctl config view` shows the role. Ask an admin for another token.'],
  ],
  [404, ['`atomctl list` shows the workflows, `atomctl status` the latest runs.']],
]);

const explain = '`atomctl explain FILE` says of every signature and policy what became of it.';

/** These win over those of the status: not every 403 is about the token. */
const hintsByCode: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'policy-denied',
    [
      'Mend what the reasons name, raise metadata.version, sign the package again and push it.',
      'An admin may let it run all the same for some hours, on record: `atomctl push` with --override-reason, `atomctl override`.',
    ],
  ],
  ['run-denied', ['The reasons say what policy objects to; other inputs, or a package that asks for less, may pass.']],
  ['approval-required', ['The reasons say what asks for an approval; another token does not help.']],
  [
    'signer-not-trusted',
    [
      'Sign with a key that this Atom trusts (`atomctl trust show`), or have yours added; another token does not help.',
      explain,
    ],
  ],
  [
    'key-revoked',
    ['Sign the same bytes with a key that is in force (`atomctl trust keys list`) and push again.', explain],
  ],
  [
    'signatures-insufficient',
    ['Send every signature along: `atomctl push FILE --bundle ONE --bundle ANOTHER`.', explain],
  ],
  [
    'version-yanked',
    ['Use another version (`atomctl list NAME`), or have an admin `atomctl override` it for some hours.'],
  ],
  ['version-revoked', ['A revoked version never comes back; use another one: `atomctl list NAME`.']],
  ['version-deleted', ['Its very bytes may be pushed again; other bytes need another version.']],
  [
    'version-has-run',
    ['`atomctl yank NAME@VERSION` starts no new run of it, `atomctl revoke` stops everything of it.'],
  ],
  ['version-state-conflict', ['`atomctl get NAME@VERSION` shows how it stands, who changed that and why.']],
  ['trust-not-found', ['`atomctl trust show` lists keys, identities and policies.']],
  ['trust-invalid', ['`atomctl trust test -f FILE` tries a trust file out without a server.']],
  ['trust-policy-fails', ['Nothing was changed. `atomctl trust test -f FILE` tries the policy out without a server.']],
  ['trust-conflict', ['`atomctl trust show` shows what is in force now.']],
  ['trust-managed-by-file', ['Change the file of TRUST_FILE; `atomctl trust test -f FILE` tries it out beforehand.']],
  ['inputs-invalid', ['Give inputs as -i key=value, as often as needed, or with --input-file FILE.']],
  ['workflow-not-found', ['`atomctl list` shows the workflows, `atomctl list NAME` the versions of one.']],
  ['run-not-found', ['`atomctl status` lists the latest runs.']],
  [
    'idempotency-key-reused',
    ['Leave --idempotency-key out to start a new run, or repeat the first request unchanged.'],
  ],
]);

/** Answers that a proxy, or Atom while starting, gives: nothing was decided, trying again may help. */
const notReached: ReadonlySet<number> = new Set([502, 503, 504]);

/** Turns an answer that is no success into the error that says what to do next. */
export async function failureOfResponse(response: Response, url: string): Promise<CliError> {
  const { status, headers } = response;
  if (status >= 300 && status < 400) {
    const target = headers.get('location') ?? 'another address';
    const hints = ['Redirects are not followed, so that the token goes only where you sent it. Set --url or ATOM_URL.'];
    return new CliError('CLI.UNREACHABLE', `${url} redirects to ${target}`, { hints });
  }
  const problem = problemIn(await response.text().catch(() => ''));
  if (notReached.has(status)) {
    const hints = ['Try again in a few seconds.'];
    const message = problem ? sentenceOf(problem) : `${url} is not ready (HTTP ${status})`;
    return new CliError('CLI.UNREACHABLE', message, { hints, ...(problem && { problem }) });
  }
  if (!problem) return notAtom(url, `HTTP ${status}`);
  const wait = headers.get('retry-after');
  const hints = [
    ...(hintsByCode.get(problem.code ?? '') ?? hintsByStatus.get(status) ?? []),
    ...(status === 429 ? [`Try again in ${wait ?? 'a few'} seconds.`] : []),
  ];
  return new CliError('CLI.PROBLEM', sentenceOf(problem), { hints, problem });
}

/** Something answered, and it was not Atom. */
export function notAtom(url: string, seen: string): CliError {
  const hints = ['Check --url or ATOM_URL: it is the address of the Atom API, for example http://127.0.0.1:8000.'];
  return new CliError('CLI.UNREACHABLE', `${url} does not answer as Atom does (${seen})`, { hints });
}

const adviceByCause: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Is Atom running? `npm run quickstart` starts it on this machine; --url or ATOM_URL names another one.',
  ENOTFOUND: 'This host name is not known; check --url or ATOM_URL.',
  EAI_AGAIN: 'The host name could not be looked up; check the network, --url or ATOM_URL.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'Set NODE_EXTRA_CA_CERTS to the file of the certificate authority.',
  SELF_SIGNED_CERT_IN_CHAIN: 'Set NODE_EXTRA_CA_CERTS to the file of the certificate authority.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'Set NODE_EXTRA_CA_CERTS to the file of the certificate authority.',
  ERR_SSL_WRONG_VERSION_NUMBER: 'This port does not speak TLS; try http:// instead of https://.',
};

/** `fetch` says only "fetch failed"; the reason is in its cause. */
export function failureOfNetwork(thrown: unknown, url: string): CliError {
  const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const said = messageOf(cause) || code;
  const hints = [adviceByCause[code] ?? 'Check the network, and --url or ATOM_URL.'];
  return new CliError('CLI.UNREACHABLE', `cannot reach Atom at ${url}: ${said}`, { hints, cause: thrown });
}

export function failureOfTime(url: string, timeoutMs: number): CliError {
  const hints = ['Give it longer with --timeout 2m, or try again.'];
  return new CliError('CLI.UNREACHABLE', `Atom at ${url} did not answer within ${timeoutMs / 1000} s`, { hints });
}

function sentenceOf(problem: Problem): string {
  return problem.code ? `${problem.title} (${problem.code})` : problem.title;
}

function problemIn(text: string): Problem | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isProblem =
      typeof value === 'object' && value !== null && 'title' in value && typeof value.title === 'string';
    return isProblem ? (value as Problem) : undefined;
  } catch {
    return undefined;
  }
}
