import type { SignatureErrorCode } from '../signatures/index.js';

/** Why a signature or a whole package is not believed. */
export type DistrustCode =
  | SignatureErrorCode
  | 'TRUST.NOBODY' // nobody is trusted at all
  | 'TRUST.NO_POLICY' // no policy covers the name
  | 'TRUST.REVOKED' // the signer was trusted once and never again
  | 'TRUST.NOT_NOW' // the signer is retired, or was not yet or no longer valid when the signature was stored
  | 'TRUST.CLAIMS_DIFFER' // an attestation names another workflow or version
  | 'TRUST.TOO_FEW'; // policy asks for another or for more signers, a log or an attestation

export interface Distrust {
  readonly code: DistrustCode;
  readonly detail: string;
}
