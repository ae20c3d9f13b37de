import {
  SignatureError,
  type SignatureErrorCode,
  type SignatureInput,
  type VerifiedSignature,
  verifySignature as verify,
} from '../../wpk/index.js';
import { RegistryError, type RegistryErrorCode } from '../registry.error.js';
import type { TrustedKeys } from './trusted-keys.js';

/** What the signed bytes say of themselves; a signer's own statement about them has to agree. */
export interface SignedSubject {
  readonly name: string;
  readonly version: string;
}

/**
 * The one place where a package's signature is judged: at upload, when a run is enqueued and when it is executed.
 * Throws RegistryError, and for want of a trusted key always `signer-not-trusted`: nothing is trusted by default.
 */
export function verifySignature(
  bytes: Uint8Array,
  signature: SignatureInput,
  subject: SignedSubject,
  { keys }: TrustedKeys,
): VerifiedSignature {
  if (keys.length === 0) {
    throw new RegistryError(
      'signer-not-trusted',
      'No key is trusted here. Set COSIGN_PUBLIC_KEY or COSIGN_PUBLIC_KEY_PATH to the public key of your signers and restart.',
    );
  }
  const verified = refused(() => verify(bytes, signature, { keys }), signature.kind);
  const { claims } = verified;
  if (claims && (claims.name !== subject.name || claims.version !== subject.version)) {
    throw new RegistryError(
      'signature-invalid',
      'The attestation names another workflow or version than the package; attest this package.',
    );
  }
  return verified;
}

function refused(judge: () => VerifiedSignature, kind: SignatureInput['kind']): VerifiedSignature {
  try {
    return judge();
  } catch (cause) {
    if (!(cause instanceof SignatureError)) throw cause;
    throw new RegistryError(codeOf(cause.code, kind), cause.message, { cause });
  }
}

function codeOf(code: SignatureErrorCode, kind: SignatureInput['kind']): RegistryErrorCode {
  switch (code) {
    case 'SIGNATURE.MISSING':
      return 'signature-missing';
    case 'SIGNATURE.MALFORMED':
      return kind === 'bundle' ? 'bundle-malformed' : 'signature-invalid';
    case 'SIGNATURE.UNSUPPORTED':
      return 'signature-unsupported';
    case 'SIGNATURE.UNKNOWN_KEY':
    case 'SIGNATURE.UNTRUSTED_IDENTITY':
      return 'signer-not-trusted';
    case 'SIGNATURE.DIGEST_MISMATCH':
      return 'digest-mismatch';
    case 'SIGNATURE.INVALID':
    case 'KEY.MALFORMED':
    case 'KEY.PASSWORD':
    case 'KEY.UNSUPPORTED':
    case 'TRUST.MALFORMED':
      return 'signature-invalid';
  }
}
