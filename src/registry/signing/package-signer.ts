/** A signature over the bytes of a package, and which key made it. */
export interface PackageSignature {
  /** ECDSA P-256 over the SHA-256 of the bytes, DER: what `toBundle` and `toBareSignature` take. */
  readonly signature: Buffer;
  /** What `cosign verify-blob --key` takes. */
  readonly publicKeyPem: string;
  /** TrustedKey.id of that key. */
  readonly keyId: string;
  /** Grows when the key is rotated. */
  readonly keyVersion: number;
}

/**
 * Signs with a key that never comes here. It takes the bytes and not their digest: a signature is verified before it is
 * handed out, and nothing else than a package can be put before it to sign.
 *
 * @throws RegistryError signing-not-configured until somebody changes the settings, signing-unavailable when to try again
 */
export abstract class PackageSigner {
  abstract sign(bytes: Uint8Array): Promise<PackageSignature>;
}
