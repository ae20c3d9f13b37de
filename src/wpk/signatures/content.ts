import type { Bundle } from '@sigstore/bundle';
import { dsse } from '@sigstore/core';
import { HashAlgorithm } from '@sigstore/protobuf-specs';

import type { SignedBundle } from './bundle.reader.js';
import { sha256 } from './sign.js';
import { SignatureError } from './signature.error.js';
import { STATEMENT_PAYLOAD_TYPE } from './statement.js';

/** What a bundle says was signed; the signature has still to be verified. */
export interface SignedContent {
  readonly signature: Buffer;
  /** SHA-256 of the bytes under the signature: of the package, or of the pre-authentication encoding of an attestation. */
  readonly signed: Buffer;
  readonly attestation?: { readonly payload: Buffer; readonly digest: Buffer };
}

type Content<Case> = Extract<Bundle['content'], { $case: Case }>;
type Message = Content<'messageSignature'>['messageSignature'];
type Envelope = Content<'dsseEnvelope'>['dsseEnvelope'];

/**
 * Checks what the library passes over: that a message digest is SHA-256 and that of the package (`digest`), that an envelope
 * has one signature, of the key that the bundle names, over an in-toto statement.
 */
export function readContent({ bundle, material }: SignedBundle, digest: Buffer): SignedContent {
  const { content } = bundle;
  return content.$case === 'messageSignature'
    ? readMessage(content.messageSignature, digest)
    : readEnvelope(content.dsseEnvelope, material);
}

function readMessage({ messageDigest, signature }: Message, digest: Buffer): SignedContent {
  if (messageDigest.algorithm !== HashAlgorithm.SHA2_256) {
    throw new SignatureError(
      'SIGNATURE.UNSUPPORTED',
      'The message digest is not SHA2_256; sign with an ECDSA P-256 key.',
    );
  }
  if (!messageDigest.digest.equals(digest)) {
    throw new SignatureError(
      'SIGNATURE.DIGEST_MISMATCH',
      'The bundle belongs to another file; sign exactly these bytes.',
    );
  }
  return { signature, signed: digest };
}

function readEnvelope(
  { payload, payloadType, signatures }: Envelope,
  material: SignedBundle['material'],
): SignedContent {
  const [signature, second] = signatures;
  if (!signature || second) {
    throw new SignatureError('SIGNATURE.MALFORMED', 'The attestation must have exactly one signature; attest again.');
  }
  if (material.kind === 'key' && signature.keyid !== '' && signature.keyid !== material.hint) {
    throw new SignatureError('SIGNATURE.INVALID', 'The attestation names another key than its bundle; attest again.');
  }
  if (payloadType !== STATEMENT_PAYLOAD_TYPE) {
    throw new SignatureError(
      'SIGNATURE.UNSUPPORTED',
      `The attestation is not of type ${STATEMENT_PAYLOAD_TYPE}; attest again.`,
    );
  }
  const signed = sha256(dsse.preAuthEncoding(payloadType, payload));
  return { signature: signature.sig, signed, attestation: { payload, digest: sha256(payload) } };
}
