import { RegistryError } from '../registry.error.js';
import { type PackageSignature, PackageSigner } from './package-signer.js';

/** Where no key was named. */
export class UnconfiguredPackageSigner extends PackageSigner {
  sign(): Promise<PackageSignature> {
    const message =
      'This Atom does not sign packages. Set VAULT_ADDR, a way to log in, and VAULT_TRANSIT_KEY, and restart; or sign with "atomctl sign" or cosign.';
    return Promise.reject(new RegistryError('signing-not-configured', message));
  }
}
