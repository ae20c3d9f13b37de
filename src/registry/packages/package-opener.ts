import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';

import {
  judge,
  type Judgement,
  type PackageFile,
  type PresentedSignature,
  readPackage,
  requireSupported,
  sha256,
  type TrustSet,
  WpkError,
} from '../../wpk/index.js';
import { RegistryError } from '../registry.error.js';
import { SIGNATURES_VERIFIED, VALIDATIONS } from '../registry.metrics.js';
import { refusalOf } from './distrust.js';
import { asRegistryError } from './package-refusal.js';

export interface OpenedPackage {
  readonly file: PackageFile;
  readonly judgement: Judgement;
}

/** From bytes to a package that may be believed: strictly read, valid, executable here, and signed as trust policy asks. */
@Injectable()
export class PackageOpener {
  constructor(
    @InjectMetric(VALIDATIONS) private readonly validations: Counter,
    @InjectMetric(SIGNATURES_VERIFIED) private readonly verifications: Counter,
  ) {}

  /**
   * Bytes that come from the database are held to the digest that they are stored under. Throws RegistryError: why the package
   * is refused.
   */
  async open(
    bytes: Buffer,
    signatures: readonly PresentedSignature[],
    trust: TrustSet,
    digest?: string,
  ): Promise<OpenedPackage> {
    if (digest !== undefined) requireDigest(bytes, digest);
    const file = await this.read(bytes);
    const judgement = this.judge(file, bytes, signatures, trust);
    if (judgement.distrust) throw refusalOf(judgement);
    return { file, judgement };
  }

  /** Throws RegistryError for bytes that are no valid package that can be executed here. */
  async read(bytes: Buffer): Promise<PackageFile> {
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

  judge(file: PackageFile, bytes: Buffer, signatures: readonly PresentedSignature[], trust: TrustSet): Judgement {
    const { name, version } = file.package.metadata;
    const judgement = judge({ bytes, name, version, signatures }, trust);
    for (const { kind, entries } of judgement.signatures) {
      this.verifications.inc({ result: entries.length > 0 ? 'ok' : 'refused', kind });
    }
    return judgement;
  }
}

/** Throws `digest-mismatch` for bytes that are not those that they are stored as. */
export function requireDigest(bytes: Buffer, digest: string): void {
  if (`sha256:${sha256(bytes).toString('hex')}` === digest) return;
  const detail = `The stored bytes are not those of ${digest}: they were changed after registration.`;
  throw new RegistryError('digest-mismatch', detail);
}
