export { SIGNATURE_CHECKS, type SignatureCheck, type SignatureCheckName } from './checks.js';
export { generateKeyPair, type KeyPairFiles, openPrivateKey, type PrivateKey } from './cosign-key-file.js';
export { sha256, signBytes, toBareSignature, toBundle } from './sign.js';
export { SignatureError, type SignatureErrorCode } from './signature.error.js';
export { type Signer, signerId } from './signer.js';
export { PACKAGE_PREDICATE_TYPE, type PackageClaims } from './statement.js';
export { loadTrustRoot, type TrustRoot } from './trust-root.js';
export { checkTrustedIdentity, matchesIdentity, type TrustedIdentity } from './trusted-identity.js';
export { loadPublicKey, loadPublicKeys, type TrustedKey } from './trusted-key.js';
export {
  explainSignature,
  type SignatureExplanation,
  type SignatureInput,
  type Trust,
  type VerifiedSignature,
  verifySignature,
} from './verify.js';
