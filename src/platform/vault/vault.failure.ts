import { VaultError, type VaultErrorCode } from './vault.error.js';
import { at, isJsonObject } from './vault.json.js';
import type { VaultAnswer, VaultRequest } from './vault.request.js';

const WORDS_LIMIT = 300;

/** What an answer means that is not a success. */
export function failureOfAnswer(request: VaultRequest, answer: VaultAnswer): VaultError {
  const { status, retryAfterMs } = answer;
  const said = wordsOf(answer.body);
  const [code, advice] = meaningOf(status, said);
  const words = said === '' ? '' : ` Vault says: ${withoutSecrets(said, request).slice(0, WORDS_LIMIT)}`;
  const message = `Vault answered ${status} to ${request.method} ${request.path}: ${advice}${words}`;
  return new VaultError(code, message, { retryAfterMs });
}

function meaningOf(status: number, said: string): readonly [code: VaultErrorCode, advice: string] {
  switch (status) {
    case 403:
      return ['VAULT.FORBIDDEN', 'let the policy of this login allow it.'];
    case 404:
      return ['VAULT.NOT_FOUND', 'check that the mount and the name exist.'];
    case 412:
      return ['VAULT.UNAVAILABLE', 'this node has not yet caught up with the others; try again.'];
    case 429:
      return ['VAULT.UNAVAILABLE', 'there are too many requests for its limits; try again later.'];
    case 501:
      return ['VAULT.REFUSED', 'it is not initialised; run "vault operator init".'];
  }
  if (status === 503 && /sealed/i.test(said)) return ['VAULT.SEALED', 'let its operator unseal it.'];
  if (status >= 500) return ['VAULT.UNAVAILABLE', 'it cannot serve now; try again, and look into its log.'];
  if (status >= 400) return ['VAULT.REFUSED', 'the request is not one that it takes.'];
  if (status >= 300) {
    // Followed, the token would go to whatever address the answer names.
    return ['VAULT.REFUSED', 'redirects are not followed; set VAULT_ADDR to the active node or its load balancer.'];
  }
  return ['VAULT.MALFORMED', 'that is no answer of Vault; check VAULT_ADDR.'];
}

function wordsOf(body: unknown): string {
  const errors = at(body, 'errors');
  const texts = Array.isArray(errors) ? errors.filter((text) => typeof text === 'string') : [];
  return texts
    .join('; ')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
}

/** An error of Vault may repeat what it was sent. */
function withoutSecrets(said: string, { token, body }: VaultRequest): string {
  return [...textsOf(body), ...(token === undefined ? [] : [token])]
    .filter((secret) => secret !== '')
    .sort((a, b) => b.length - a.length)
    .reduce((text, secret) => text.replaceAll(secret, '[hidden]'), said);
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return isJsonObject(value) ? Object.values(value).flatMap(textsOf) : [];
}
