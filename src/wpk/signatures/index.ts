export { generateKeyPair, type KeyPairFiles, openPrivateKey, type PrivateKey } from './cosign-key-file.js';
export { sha256, signBytes, toBareSignature, toBundle } from './sign.js';
export { SignatureError, type SignatureErrorCode } from './signature.error.js';
export { PACKAGE_PREDICATE_TYPE, type PackageClaims } from './statement.js';
export { loadPublicKey, loadPublicKeys, type TrustedKey } from './trusted-key.js';
export { type SignatureInput, type Trust, type VerifiedSignature, verifySignature } from './verify.js';
