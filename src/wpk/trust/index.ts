export type { Distrust, DistrustCode } from './distrust.js';
export {
  authorityName,
  judge,
  type JudgedPolicy,
  type JudgedSignature,
  type Judgement,
  type PresentedPackage,
  type PresentedSignature,
} from './judge.js';
export { checkPolicy, type PolicyChecks, type SignedPackage } from './policy.checks.js';
export {
  type Authority,
  EMPTY_TRUST,
  type TrustDocument,
  type TrustedIdentityEntry,
  type TrustedKeyEntry,
  type TrustEntry,
  type TrustPolicy,
} from './trust.document.js';
export { TrustError } from './trust.error.js';
export { type CheckFiles, type PolicyCheckFiles, readTrustFile, type TrustFile } from './trust.file.js';
export { compileTrust, FALLBACK_POLICY, type TrustSet, type TrustSurroundings } from './trust-set.js';
