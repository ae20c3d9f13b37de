import { createHash, sign } from 'node:crypto';

import { bundleToJSON, toMessageSignatureBundle } from '@sigstore/bundle';

import type { PrivateKey } from './cosign-key-file.js';
import { SignatureError } from './signature.error.js';

/** SHA-256 of the bytes, 32 bytes: what `toBundle` wants. */
export function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** ECDSA P-256 over the SHA-256 of the bytes, DER `SEQUENCE{r, s}`. Not deterministic: never use it as an id or a cache key. */
export function signBytes(bytes: Uint8Array, key: PrivateKey): Buffer {
  return sign('sha256', bytes, { key: key.privateKey, dsaEncoding: 'der' });
}

/** The text of a `.sig` file: one line of base64, the form of `cosign sign-blob --output-signature`. */
export function toBareSignature(signature: Uint8Array): string {
  return `${Buffer.from(signature).toString('base64')}\n`;
}

/**
 * The text of a Sigstore bundle v0.3 for a message signature, key material by hint, without a log entry.
 * `digest`: the 32 bytes of the SHA-256; `signature`: DER; `keyId`: TrustedKey.id.
 */
export function toBundle(digest: Uint8Array, signature: Uint8Array, keyId: string): string {
  if (digest.length !== 32) {
    throw new SignatureError('SIGNATURE.MALFORMED', 'toBundle needs the 32 raw bytes of a SHA-256.');
  }
  const bundle = toMessageSignatureBundle({
    digest: Buffer.from(digest),
    signature: Buffer.from(signature),
    keyHint: keyId,
    certificateChain: false,
  });
  return `${JSON.stringify(bundleToJSON(bundle))}\n`;
}
