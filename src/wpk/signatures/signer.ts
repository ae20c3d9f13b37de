import { canonicalJson } from '../canonical.json.js';

/** Who signed: a key, or the identity in a certificate that was verified (keyless). */
export type Signer =
  /** `keyId`: base64 of the SHA-256 of the key's SPKI DER, see TrustedKey.id. */
  | { readonly kind: 'key'; readonly keyId: string }
  /** `subject`: the one subject alternative name of the certificate; `issuer`: the OIDC issuer that vouched for it. */
  | { readonly kind: 'identity'; readonly subject: string; readonly issuer: string };

/**
 * One text for one signer, the same for ever: what two signatures are compared by, never their bytes. The id of a key is the
 * key id; that of an identity can be no key id, for base64 has no colon, and no two identities share one.
 */
export function signerId(signer: Signer): string {
  return signer.kind === 'key' ? signer.keyId : `identity:${canonicalJson([signer.issuer, signer.subject])}`;
}
