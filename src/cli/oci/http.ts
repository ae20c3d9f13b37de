import { CliError } from '../cli.errors.js';
import { readBounded } from './bounded.body.js';
import { OCI_LIMITS } from './limits.js';
import { brokenAnswer, failureOfNetwork, failureOfTime } from './registry.failure.js';

export interface HttpRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | URLSearchParams;
  /** A longer answer is refused when it is a success, and cut when it explains a failure. */
  readonly limit: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  /** Where the answer came from, after redirects. */
  readonly url: URL;
}

export interface HttpSettings {
  /** For one answer with all redirects and its whole body. */
  readonly timeoutMs: number;
  /** Whether http is allowed at all; https always is. */
  readonly plainHttp: boolean;
}

/**
 * One request over global fetch. Redirects are followed for reading only, and `authorization` goes to the origin of `url`
 * and to no other, not even when a later redirect comes back to it.
 */
export async function request(
  url: URL,
  { method = 'GET', headers = {}, body, limit }: HttpRequest,
  authorization: string | undefined,
  settings: HttpSettings,
): Promise<HttpAnswer> {
  const signal = AbortSignal.timeout(settings.timeoutMs);
  let target = url;
  let secret = authorization;
  for (let hop = 0; hop <= OCI_LIMITS.redirects; hop += 1) {
    requireAllowed(target, settings);
    const init: RequestInit = {
      method,
      headers: { ...headers, 'accept-encoding': 'identity', ...(secret !== undefined && { authorization: secret }) },
      redirect: 'manual',
      signal,
      ...(body && { body: body instanceof URLSearchParams ? body : new Uint8Array(body) }),
    };
    const answer = await exchange(target, init, limit, settings);
    const isReading = method === 'GET' || method === 'HEAD';
    const next = isReading ? redirectOf(answer) : undefined;
    if (!next) return answer;
    if (next.origin !== url.origin) secret = undefined;
    target = next;
  }
  throw brokenAnswer(url.host, `more than ${OCI_LIMITS.redirects} redirects after one another`);
}

async function exchange(url: URL, init: RequestInit, limit: number, { timeoutMs }: HttpSettings): Promise<HttpAnswer> {
  try {
    const response = await fetch(url, init);
    const { bytes, isCut } = await readBounded(response, response.ok ? limit : OCI_LIMITS.errorBytes);
    if (isCut && response.ok) {
      throw brokenAnswer(url.host, `the answer is longer than the ${limit} bytes that it may have`);
    }
    return { status: response.status, headers: response.headers, bytes, url };
  } catch (thrown) {
    if (thrown instanceof CliError) throw thrown;
    if (thrown instanceof DOMException && thrown.name === 'TimeoutError') throw failureOfTime(url.origin, timeoutMs);
    throw failureOfNetwork(thrown, url.origin);
  }
}

function redirectOf({ status, headers, url }: HttpAnswer): URL | undefined {
  const location = headers.get('location');
  if (![301, 302, 303, 307, 308].includes(status) || location === null) return undefined;
  if (!URL.canParse(location, url.href)) throw brokenAnswer(url.host, 'it redirects to something that is no address');
  return new URL(location, url);
}

/** An address that the registry named: never from https down to http, and never with credentials of its own choosing. */
function requireAllowed(url: URL, { plainHttp }: HttpSettings): void {
  const isAllowed = url.protocol === 'https:' || (url.protocol === 'http:' && plainHttp);
  if (isAllowed && !url.username && !url.password) return;
  const address = `${url.protocol}//${url.host}`;
  throw brokenAnswer(address, 'the registry names this address, and it is not safe to use', [
    '--plain-http allows addresses without TLS, for registries in a closed network.',
  ]);
}
