import { createHash, type KeyObject, verify } from 'node:crypto';

import type { BundleWithDsseEnvelope, BundleWithMessageSignature } from '@sigstore/bundle';
import { dsse } from '@sigstore/core';
import { HashAlgorithm } from '@sigstore/protobuf-specs';

import { strictBase64 } from './base64.js';
import { readKeyBundle } from './bundle.reader.js';
import { checkLogEntry, type Logged } from './log-entry.js';
import { asSignatureError, SignatureError } from './signature.error.js';
import { type PackageClaims, readPackageStatement, STATEMENT_PAYLOAD_TYPE } from './statement.js';
import type { TrustedKey } from './trusted-key.js';

/** `signature`: the text of a cosign `.sig` file (base64 of a DER signature). `bundle`: the JSON text of a Sigstore bundle. */
export interface SignatureInput {
  readonly kind: 'signature' | 'bundle';
  readonly text: string;
}

/** Nothing else is trusted: no certificate authority, no log, no key out of the signature itself. */
export interface Trust {
  readonly keys: readonly TrustedKey[];
}

export interface VerifiedSignature {
  readonly kind: SignatureInput['kind'];
  /** TrustedKey.id of the signer. */
  readonly keyId: string;
  /** `sha256:<hex>` of the bytes: the identity of what was signed. The signature's own bytes never are: ECDSA has two for one. */
  readonly digest: string;
  /** Only for an attestation: the name and version it states; whoever knows those of the package compares them. */
  readonly claims?: PackageClaims;
}

const MAX_BARE_CHARS = 1024;

/**
 * Verifies that one of the trusted keys signed exactly these bytes (ECDSA P-256, SHA-256).
 * Throws SignatureError with a `SIGNATURE.*` code and nothing else, whatever the input is.
 */
export function verifySignature(bytes: Uint8Array, signature: SignatureInput, trust: Trust): VerifiedSignature {
  if (signature.text.trim() === '') {
    throw new SignatureError('SIGNATURE.MISSING', 'The package is not signed; sign it with "atomctl sign" or cosign.');
  }
  return asSignatureError('SIGNATURE.MALFORMED', 'The signature cannot be read; sign the package again.', () =>
    signature.kind === 'bundle' ? verifyBundle(bytes, signature.text, trust) : verifyBare(bytes, signature.text, trust),
  );
}

function verifyBare(bytes: Uint8Array, text: string, { keys }: Trust): VerifiedSignature {
  const signature = text.length <= MAX_BARE_CHARS ? strictBase64(text.replace(/\r?\n$/, '')) : undefined;
  if (!signature) {
    throw new SignatureError(
      'SIGNATURE.MALFORMED',
      'The signature is not one line of base64; send the file written by "cosign sign-blob --output-signature" unchanged.',
    );
  }
  const signer = keys.find((key) => verifies(bytes, key.publicKey, signature));
  if (!signer) {
    throw new SignatureError(
      'SIGNATURE.INVALID',
      'No trusted key signed these bytes; sign exactly this file, or have the public key added to the trusted keys.',
    );
  }
  return { kind: 'signature', keyId: signer.id, digest: digestOf(bytes) };
}

function verifyBundle(bytes: Uint8Array, text: string, { keys }: Trust): VerifiedSignature {
  const { hint, content, logEntries } = readKeyBundle(text);
  // The hint only chooses among trusted keys; it proves nothing.
  const key = keys.find(({ id }) => id === hint);
  if (!key) {
    throw new SignatureError(
      'SIGNATURE.UNKNOWN_KEY',
      'The bundle names a key that is not trusted here; sign with a trusted key, or have this one added.',
    );
  }
  const { logged, claims } =
    content.$case === 'messageSignature'
      ? { logged: verifyMessage(bytes, content.messageSignature, key), claims: undefined }
      : verifyAttestation(bytes, content.dsseEnvelope, key);
  for (const entry of logEntries) checkLogEntry(entry, logged);
  return { kind: 'bundle', keyId: key.id, digest: digestOf(bytes), ...(claims && { claims }) };
}

type MessageSignature = BundleWithMessageSignature['content']['messageSignature'];
type Envelope = BundleWithDsseEnvelope['content']['dsseEnvelope'];

function verifyMessage(bytes: Uint8Array, message: MessageSignature, key: TrustedKey): Logged {
  const { algorithm, digest } = message.messageDigest;
  if (algorithm !== HashAlgorithm.SHA2_256) {
    throw new SignatureError(
      'SIGNATURE.UNSUPPORTED',
      'The message digest is not SHA2_256; sign with an ECDSA P-256 key.',
    );
  }
  if (!digest.equals(createHash('sha256').update(bytes).digest())) {
    throw new SignatureError(
      'SIGNATURE.DIGEST_MISMATCH',
      'The bundle belongs to another file; sign exactly these bytes.',
    );
  }
  if (!verifies(bytes, key.publicKey, message.signature)) throw invalid();
  return { keyId: key.id, signature: message.signature, signed: bytes };
}

function verifyAttestation(
  bytes: Uint8Array,
  envelope: Envelope,
  key: TrustedKey,
): { logged: Logged; claims: PackageClaims } {
  const [signature, second] = envelope.signatures;
  if (!signature || second) {
    throw new SignatureError('SIGNATURE.MALFORMED', 'The attestation must have exactly one signature; attest again.');
  }
  if (signature.keyid !== '' && signature.keyid !== key.id) {
    throw new SignatureError('SIGNATURE.INVALID', 'The attestation names another key than its bundle; attest again.');
  }
  if (envelope.payloadType !== STATEMENT_PAYLOAD_TYPE) {
    throw new SignatureError(
      'SIGNATURE.UNSUPPORTED',
      `The attestation is not of type ${STATEMENT_PAYLOAD_TYPE}; attest again.`,
    );
  }
  const signed = dsse.preAuthEncoding(envelope.payloadType, envelope.payload);
  if (!verifies(signed, key.publicKey, signature.sig)) throw invalid();
  const claims = readPackageStatement(envelope.payload, createHash('sha256').update(bytes).digest('hex'));
  return { logged: { keyId: key.id, signature: signature.sig, signed, payload: envelope.payload }, claims };
}

/** OpenSSL reads the DER to the letter (no BER, no spare bytes), so a malformed signature is simply a wrong one. */
function verifies(bytes: Uint8Array, key: KeyObject, signature: Uint8Array): boolean {
  return verify('sha256', bytes, { key, dsaEncoding: 'der' }, signature);
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function invalid(): SignatureError {
  return new SignatureError(
    'SIGNATURE.INVALID',
    'The signature does not belong to these bytes and the named key; sign exactly this file.',
  );
}
