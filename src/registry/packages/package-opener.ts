import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';

import {
  type PackageFile,
  readPackage,
  requireSupported,
  sha256,
  type SignatureInput,
  type VerifiedSignature,
  WpkError,
} from '../../wpk/index.js';
import { RegistryError } from '../registry.error.js';
import { SIGNATURES_VERIFIED, VALIDATIONS } from '../registry.metrics.js';
import { TrustedKeys } from '../signatures/trusted-keys.js';
import { verifySignature } from '../signatures/verify-signature.js';
import { asRegistryError } from './package-refusal.js';

export interface OpenedPackage {
  readonly file: PackageFile;
  readonly verified: VerifiedSignature;
}

/** From bytes to a package that may be believed: strictly read, valid, executable here, and signed by a key trusted now. */
@Injectable()
export class PackageOpener {
  constructor(
    private readonly trust: TrustedKeys,
    @InjectMetric(VALIDATIONS) private readonly validations: Counter,
    @InjectMetric(SIGNATURES_VERIFIED) private readonly verifications: Counter,
  ) {}

  /**
   * One good signature is enough. Bytes that come from the database are held to the digest that they are stored under.
   * Throws RegistryError: why the package, or else the first signature, was refused.
   */
  async open(bytes: Buffer, signatures: readonly SignatureInput[], digest?: string): Promise<OpenedPackage> {
    if (digest !== undefined && digestOf(bytes) !== digest) {
      throw new RegistryError(
        'digest-mismatch',
        `The stored bytes are not those of ${digest}: they were changed after registration.`,
      );
    }
    const file = await this.read(bytes);
    let refusal: RegistryError | undefined;
    for (const signature of signatures) {
      try {
        return { file, verified: this.verify(bytes, signature, file) };
      } catch (error) {
        if (!(error instanceof RegistryError)) throw error;
        refusal ??= error;
      }
    }
    throw (
      refusal ?? new RegistryError('signature-missing', 'The package has no signature; sign it and upload it again.')
    );
  }

  private async read(bytes: Buffer): Promise<PackageFile> {
    try {
      const file = await readPackage(bytes);
      requireSupported(file);
      this.validations.inc({ result: 'ok' });
      return file;
    } catch (error) {
      this.validations.inc({ result: 'refused' });
      if (error instanceof WpkError) throw asRegistryError(error);
      throw error;
    }
  }

  private verify(bytes: Buffer, signature: SignatureInput, file: PackageFile): VerifiedSignature {
    const { kind } = signature;
    try {
      const verified = verifySignature(bytes, signature, file.package.metadata, this.trust);
      this.verifications.inc({ result: 'ok', kind });
      return verified;
    } catch (error) {
      this.verifications.inc({ result: 'refused', kind });
      throw error;
    }
  }
}

function digestOf(bytes: Buffer): string {
  return `sha256:${sha256(bytes).toString('hex')}`;
}
