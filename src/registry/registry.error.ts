import { DomainError, type ProblemTypes } from '../platform/errors/domain.error.js';

export type RegistryErrorCode =
  // the upload as such
  | 'part-missing'
  | 'part-unexpected'
  | 'part-malformed'
  | 'part-too-large'
  // the package's content
  | 'package-malformed'
  | 'package-invalid'
  | 'package-unsupported'
  | 'package-too-large'
  // its signature
  | 'signature-missing'
  | 'signature-invalid'
  | 'signature-unsupported'
  | 'signer-not-trusted'
  | 'digest-mismatch'
  | 'bundle-malformed'
  // what is registered
  | 'version-exists'
  | 'workflow-not-found'
  // signing here
  | 'signing-not-configured'
  | 'signing-unavailable';

export class RegistryError extends DomainError<RegistryErrorCode> {
  override readonly name = 'RegistryError';
}

export const REGISTRY_PROBLEMS: ProblemTypes<RegistryErrorCode> = {
  'part-missing': { status: 400, title: 'A part of the upload is missing' },
  'part-unexpected': { status: 400, title: 'The upload has a part that is not read here' },
  'part-malformed': { status: 400, title: 'A part of the upload cannot be read' },
  'part-too-large': { status: 413, title: 'A part of the upload is too large' },
  'package-malformed': { status: 400, title: 'The package cannot be read' },
  'package-invalid': { status: 422, title: 'The package is not a valid workflow package' },
  'package-unsupported': { status: 422, title: 'The package needs what this version of Atom does not have' },
  'package-too-large': { status: 413, title: 'The package is too large' },
  'signature-missing': { status: 422, title: 'The package is not signed' },
  'signature-invalid': { status: 422, title: 'The signature does not belong to the package' },
  'signature-unsupported': { status: 422, title: 'This kind of signature is not accepted' },
  'signer-not-trusted': { status: 403, title: 'The signer is not trusted here' },
  'digest-mismatch': { status: 422, title: 'The bytes are not those that were signed or registered' },
  'bundle-malformed': { status: 400, title: 'The bundle cannot be read' },
  'version-exists': { status: 409, title: 'This version is registered with other bytes' },
  'workflow-not-found': { status: 404, title: 'There is no such workflow' },
  'signing-not-configured': { status: 409, title: 'This Atom is not set up to sign packages' },
  'signing-unavailable': { status: 503, title: 'The key cannot be used now', headers: { 'retry-after': '5' } },
};
