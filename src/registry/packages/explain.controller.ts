import { Controller, Get, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

import { Requires } from '../../access/index.js';
import { ApiProblems } from '../../platform/http/api-problems.decorator.js';
import { ReadsMultipart } from '../../platform/http/reads-multipart.decorator.js';
import { REGISTRY_PROBLEMS } from '../registry.error.js';
import { UploadReader } from '../uploads/upload.reader.js';
import { UPLOAD_SCHEMA } from '../uploads/upload.schema.js';
import { NameParam, VersionParam } from '../workflows/workflow-params.js';
import { ExplainService } from './explain.service.js';
import { JudgementDto } from './judgement.dto.js';

@ApiTags('trust')
@ApiBearerAuth()
@Controller('v1')
export class ExplainController {
  constructor(
    private readonly explain: ExplainService,
    private readonly uploads: UploadReader,
  ) {}

  @Post('trust/explain')
  @HttpCode(200)
  @Requires('workflows:read')
  @ApiOperation({ summary: 'Say whether a package would be believed, and why; nothing is stored' })
  @ReadsMultipart()
  @ApiBody({ schema: UPLOAD_SCHEMA })
  @ApiProblems(REGISTRY_PROBLEMS, 'part-missing', 'part-unexpected', 'part-malformed', 'package-malformed')
  @ApiProblems(REGISTRY_PROBLEMS, 'package-too-large', 'part-too-large', 'package-invalid', 'package-unsupported')
  @ApiProblems(REGISTRY_PROBLEMS, 'bundle-malformed', 'signature-invalid', 'trust-root-unavailable')
  explainUpload(@Req() request: FastifyRequest): Promise<JudgementDto> {
    return this.uploads.withUpload(request, (upload) => this.explain.upload(upload), { allowUnsigned: true });
  }

  @Get('workflows/:name/versions/:version/verification')
  @Requires('workflows:read')
  @ApiOperation({ summary: 'Say whether a version is believed today, and why' })
  @ApiProblems(REGISTRY_PROBLEMS, 'workflow-not-found', 'version-deleted', 'digest-mismatch', 'trust-root-unavailable')
  explainVersion(@NameParam() name: string, @VersionParam() version: string): Promise<JudgementDto> {
    return this.explain.version(name, version);
  }
}
