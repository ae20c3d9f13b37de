import { generateKeyPairSync, type KeyPairKeyObjectResult, sign } from 'node:crypto';

import { RegistryError } from '../../src/registry/registry.error.js';
import { type PackageSignature, PackageSigner } from '../../src/registry/signing/package-signer.js';
import { loadPublicKey } from '../../src/wpk/index.js';

/** With a key of its own, in memory; held to the same contract as the signer with Vault. */
export class FakePackageSigner extends PackageSigner {
  /** What the next signatures fail with. */
  refusal: 'signing-not-configured' | 'signing-unavailable' | undefined;
  private readonly versions: KeyPairKeyObjectResult[] = [];

  constructor() {
    super();
    this.rotate();
  }

  get publicKeyPem(): string {
    return this.newest().publicKey.export({ format: 'pem', type: 'spki' }).toString();
  }

  rotate(): void {
    this.versions.push(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
  }

  sign(bytes: Uint8Array): Promise<PackageSignature> {
    if (this.refusal) return Promise.reject(new RegistryError(this.refusal, 'The fake was told to refuse.'));
    const { publicKeyPem } = this;
    const signature = sign('sha256', bytes, { key: this.newest().privateKey, dsaEncoding: 'der' });
    const keyId = loadPublicKey(publicKeyPem).id;
    return Promise.resolve({ signature, publicKeyPem, keyId, keyVersion: this.versions.length });
  }

  private newest(): KeyPairKeyObjectResult {
    return this.versions.at(-1)!;
  }
}
