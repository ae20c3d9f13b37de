import type { DistrustCode, Judgement, SignatureInput } from '../../wpk/index.js';
import { RegistryError, type RegistryErrorCode } from '../registry.error.js';

/** What the caller is told of a package that is not believed. */
export function refusalOf({ distrust, signatures }: Judgement): RegistryError {
  if (!distrust) throw new TypeError('A package that is believed is not refused.');
  const kind = signatures.find((signature) => signature.distrust)?.kind;
  return new RegistryError(problemOf(distrust.code, kind), distrust.detail);
}

export function problemOf(code: DistrustCode, kind: SignatureInput['kind'] | undefined): RegistryErrorCode {
  switch (code) {
    case 'SIGNATURE.MISSING':
      return 'signature-missing';
    case 'SIGNATURE.MALFORMED':
      return kind === 'bundle' ? 'bundle-malformed' : 'signature-invalid';
    case 'SIGNATURE.UNSUPPORTED':
      return 'signature-unsupported';
    case 'SIGNATURE.UNKNOWN_KEY':
    case 'SIGNATURE.UNTRUSTED_IDENTITY':
    case 'TRUST.NOBODY':
    case 'TRUST.NO_POLICY':
    case 'TRUST.NOT_NOW':
      return 'signer-not-trusted';
    case 'SIGNATURE.DIGEST_MISMATCH':
      return 'digest-mismatch';
    case 'TRUST.REVOKED':
      return 'key-revoked';
    case 'TRUST.TOO_FEW':
      return 'signatures-insufficient';
    case 'SIGNATURE.INVALID':
    case 'TRUST.CLAIMS_DIFFER':
    case 'TRUST.MALFORMED':
    case 'KEY.MALFORMED':
    case 'KEY.PASSWORD':
    case 'KEY.UNSUPPORTED':
      return 'signature-invalid';
  }
}
