import { Injectable } from '@nestjs/common';

import { TrustSource } from '../trust/trust.source.js';
import type { Upload } from '../uploads/upload.js';
import { WorkflowsService } from '../workflows/workflows.service.js';
import { JudgementDto } from './judgement.dto.js';
import { PackageOpener, requireDigest } from './package-opener.js';

/** Why a package is believed or not, today. Stores nothing. */
@Injectable()
export class ExplainService {
  constructor(
    private readonly workflows: WorkflowsService,
    private readonly opener: PackageOpener,
    private readonly trust: TrustSource,
  ) {}

  /** As if it came for the first time. Throws for what is no valid package. */
  async upload({ package: bytes, signatures }: Upload): Promise<JudgementDto> {
    const { set } = await this.trust.refresh();
    const file = await this.opener.read(bytes);
    return JudgementDto.from(file, this.opener.judge(file, bytes, signatures, set), set.version);
  }

  /** A registered version, as the worker would look at it. Throws `digest-mismatch` when its bytes were changed. */
  async version(name: string, version: string): Promise<JudgementDto> {
    const { digest } = await this.workflows.find(name, version);
    const [{ bytes, signatures }, { set }] = await Promise.all([
      this.workflows.packageOf(digest),
      this.trust.refresh(),
    ]);
    requireDigest(bytes, digest);
    const file = await this.opener.read(bytes);
    return JudgementDto.from(file, this.opener.judge(file, bytes, signatures, set), set.version);
  }
}
