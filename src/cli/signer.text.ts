import type { Signer } from './api.types.js';

/** Who signed, in one line; the caller escapes it. */
export function signerText({ kind, keyId, subject, issuer }: Signer): string {
  if (keyId !== undefined) return `key ${keyId}`;
  return subject === undefined ? kind : `${kind} ${subject}${issuer === undefined ? '' : ` (issuer ${issuer})`}`;
}
