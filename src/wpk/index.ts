export type { ActionDescriptor, EffectClass } from './actions/action.descriptor.js';
export { ACTIONS, validateActionInput } from './actions/catalogue.js';
export { type ArchiveEntry, packArchive } from './archive/archive.packer.js';
export { isPackagePath } from './archive/entry-path.js';
export { canonicalJson } from './canonical.json.js';
export { diffFields, type FieldChange, fieldChange } from './diff/field.change.js';
export {
  DIFF_SECTIONS,
  diffPackages,
  type DiffSection,
  type PackageDiff,
  type SectionDiff,
  type ShownChange,
  STEP_CHANGES,
  STEP_LISTS,
  type StepChange,
  type StepDiff,
  type StepList,
  type StepPlace,
} from './diff/package.diff.js';
export { parseDurationMs } from './duration.js';
export { compileExpression, type Expression, type ExpressionScope } from './expressions/expression.js';
export { expressionOf, resolveValue } from './expressions/resolve.js';
export { type CheckedInputs, validateInputs } from './inputs/inputs.js';
export type {
  Backoff,
  InputsSchema,
  PackageMetadata,
  PackageSpec,
  Permission,
  Retry,
  RetryOn,
  Safety,
  Step,
  Timeouts,
  WorkflowPackage,
} from './package.js';
export type { PackageDocument } from './package/package.document.js';
export { ARCHIVE_MEDIA_TYPE, type PackageFile, YAML_MEDIA_TYPE } from './package/package.file.js';
export { readPackage } from './package/package.reader.js';
export { requireSupported } from './package/package.support.js';
export { readJson } from './reader/json.reader.js';
export type { SourcePosition } from './reader/source-map.js';
export { type ReadDocument, readYaml } from './reader/yaml.reader.js';
export { wpkSchema } from './schema/wpk.schema.js';
export {
  checkTrustedIdentity,
  explainSignature,
  generateKeyPair,
  type KeyPairFiles,
  loadPublicKey,
  loadPublicKeys,
  loadTrustRoot,
  matchesIdentity,
  openPrivateKey,
  PACKAGE_PREDICATE_TYPE,
  type PackageClaims,
  type PrivateKey,
  sha256,
  SIGNATURE_CHECKS,
  type SignatureCheck,
  type SignatureCheckName,
  SignatureError,
  type SignatureErrorCode,
  type SignatureExplanation,
  type SignatureInput,
  signBytes,
  type Signer,
  signerId,
  toBareSignature,
  toBundle,
  type Trust,
  type TrustedIdentity,
  type TrustedKey,
  type TrustRoot,
  type VerifiedSignature,
  verifySignature,
} from './signatures/index.js';
export { WpkError, type WpkErrorCode, type WpkProblem } from './wpk.error.js';
export {
  type Authority,
  authorityName,
  type CheckFiles,
  checkPolicy,
  compileTrust,
  type Distrust,
  type DistrustCode,
  EMPTY_TRUST,
  judge,
  type JudgedPolicy,
  type JudgedSignature,
  type Judgement,
  type PolicyCheckFiles,
  type PolicyChecks,
  type PresentedPackage,
  type PresentedSignature,
  readTrustFile,
  type SignedPackage,
  type TrustDocument,
  type TrustedIdentityEntry,
  type TrustedKeyEntry,
  type TrustEntry,
  TrustError,
  type TrustFile,
  type TrustPolicy,
  type TrustSet,
  type TrustSurroundings,
} from './trust/index.js';
