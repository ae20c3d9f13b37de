import { Agent, request as send } from 'undici';

import { VaultError } from './vault.error.js';
import { failureOfAnswer } from './vault.failure.js';
import { at, isJsonObject, type JsonObject } from './vault.json.js';
import type { VaultAnswer, VaultRequest } from './vault.request.js';
import type { VaultSettings } from './vault.settings.js';

const ANSWER_LIMIT = 1024 * 1024;

/** One request, one answer. Connections are its own: no proxy of the environment, no dispatcher that others share. */
export class VaultTransport {
  private readonly agent: Agent;

  constructor(private readonly settings: Pick<VaultSettings, 'address' | 'namespace' | 'ca'>) {
    const { ca } = settings;
    this.agent = new Agent({
      // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED cannot switch it off.
      connect: { minVersion: 'TLSv1.2', rejectUnauthorized: true, ...(ca !== undefined && { ca }) },
      maxResponseSize: ANSWER_LIMIT,
    });
  }

  /** The body of a success; an empty object for 204. Redirects are refused. @throws VaultError */
  async send(request: VaultRequest, timeoutMs: number): Promise<JsonObject> {
    const answer = await this.exchange(request, timeoutMs);
    if (answer.status === 204) return {};
    if (answer.status !== 200) throw failureOfAnswer(request, answer);
    if (isJsonObject(answer.body)) return answer.body;
    throw malformed(request, 'is not a JSON object');
  }

  /** Requests under way are cut off. */
  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async exchange(request: VaultRequest, timeoutMs: number): Promise<VaultAnswer> {
    const { address, namespace } = this.settings;
    const { method, path, body, token } = request;
    try {
      const {
        statusCode,
        headers,
        body: content,
      } = await send(`${address}/v1/${path}`, {
        method,
        headers: {
          'x-vault-request': 'true',
          ...(token !== undefined && { 'x-vault-token': token }),
          ...(namespace !== undefined && { 'x-vault-namespace': namespace }),
          ...(body && { 'content-type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
        dispatcher: this.agent,
        // One limit for all of it: undici's own begin anew with each byte.
        signal: AbortSignal.timeout(timeoutMs),
        ...{ headersTimeout: 0, bodyTimeout: 0 },
      });
      const text = await content.text();
      return { status: statusCode, body: parseJson(text), retryAfterMs: pauseOf(headers['retry-after']) };
    } catch (cause) {
      throw failureOfConnection(request, cause, timeoutMs);
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function pauseOf(retryAfter: string | string[] | undefined): number {
  return typeof retryAfter === 'string' && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) * 1000 : 0;
}

function failureOfConnection(request: VaultRequest, cause: unknown, timeoutMs: number): VaultError {
  const code = at(cause, 'code');
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return malformed(request, `is larger than ${ANSWER_LIMIT} bytes`);
  const isLate = at(cause, 'name') === 'TimeoutError';
  const why = isLate ? `no answer in ${timeoutMs} ms` : typeof code === 'string' ? code : 'no reason given';
  const message = `Vault could not be reached for ${request.method} ${request.path} (${why}): check VAULT_ADDR, VAULT_CACERT and the network.`;
  return new VaultError('VAULT.UNREACHABLE', message, { cause });
}

function malformed({ method, path }: VaultRequest, what: string): VaultError {
  const message = `The answer to ${method} ${path} ${what}: check that VAULT_ADDR is Vault or OpenBao.`;
  return new VaultError('VAULT.MALFORMED', message);
}
