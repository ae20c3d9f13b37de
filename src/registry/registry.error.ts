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
  | 'signatures-insufficient'
  | 'key-revoked'
  // what is registered
  | 'version-exists'
  | 'version-yanked'
  | 'version-revoked'
  | 'version-deleted'
  | 'version-has-run'
  | 'version-state-conflict'
  | 'workflow-not-found'
  | 'readme-missing'
  // whom to trust
  | 'trust-not-found'
  | 'trust-invalid'
  | 'trust-policy-fails'
  | 'trust-conflict'
  | 'trust-managed-by-file'
  | 'trust-root-unavailable'
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
  'signatures-insufficient': { status: 403, title: 'A trust policy asks for other or more signatures' },
  'key-revoked': { status: 403, title: 'The signer was revoked' },
  'version-exists': { status: 409, title: 'This version is registered with other bytes' },
  'version-yanked': { status: 409, title: 'The version was yanked: no new run starts' },
  'version-revoked': { status: 410, title: 'The version was revoked: nothing of it runs' },
  'version-deleted': { status: 410, title: 'The version was deleted' },
  'version-has-run': { status: 409, title: 'The version has runs, so it cannot be deleted' },
  'version-state-conflict': { status: 409, title: 'The version is in a state that does not allow this' },
  'workflow-not-found': { status: 404, title: 'There is no such workflow or version' },
  'readme-missing': { status: 404, title: 'The package has no readme' },
  'trust-not-found': { status: 404, title: 'There is no such key, identity or trust policy' },
  'trust-invalid': { status: 422, title: 'Trust cannot be changed in this way' },
  'trust-policy-fails': { status: 422, title: 'The trust policy does not do what its checks expect' },
  'trust-conflict': { status: 409, title: 'Trust is in a state that does not allow this' },
  'trust-managed-by-file': { status: 409, title: 'Trust comes from a file here' },
  'trust-root-unavailable': { status: 503, title: 'The trusted root cannot be read', headers: { 'retry-after': '5' } },
  'signing-not-configured': { status: 409, title: 'This Atom is not set up to sign packages' },
  'signing-unavailable': { status: 503, title: 'The key cannot be used now', headers: { 'retry-after': '5' } },
};
