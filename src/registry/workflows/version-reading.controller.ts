import { Controller, Get, Headers, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

import { Requires } from '../../access/index.js';
import { ApiProblems } from '../../platform/http/api-problems.decorator.js';
import { matchesEtag } from '../../platform/http/etag.js';
import { REGISTRY_PROBLEMS } from '../registry.error.js';
import { VersionDiffDto, VersionDiffQuery } from './version-diff.dto.js';
import { NameParam, VersionParam } from './workflow-params.js';
import { WorkflowsService } from './workflows.service.js';

const MARKDOWN = 'text/markdown; charset=utf-8';

/** Versions for people who want to know what they run. */
@ApiTags('workflows')
@ApiBearerAuth()
@Controller('v1/workflows/:name')
export class VersionReadingController {
  constructor(private readonly workflows: WorkflowsService) {}

  @Get('versions/:version/readme')
  @Requires('workflows:read')
  @ApiOperation({ summary: 'README.md of the package, as it was signed' })
  @ApiOkResponse({
    content: { 'text/markdown': { schema: { type: 'string' } } },
    headers: {
      etag: { description: 'The digest of the package, quoted.', required: true, schema: { type: 'string' } },
    },
  })
  @ApiHeader({ name: 'If-None-Match', required: false, description: 'An `etag` of before: 304 if it still holds.' })
  @ApiResponse({ status: 304, description: 'If-None-Match names the digest.' })
  @ApiProblems(REGISTRY_PROBLEMS, 'workflow-not-found', 'readme-missing', 'version-deleted', 'digest-mismatch')
  async getReadme(
    @NameParam() name: string,
    @VersionParam() version: string,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile | undefined> {
    const found = await this.workflows.find(name, version);
    const text = await this.workflows.readmeOf(found);
    const etag = `"${found.digest}"`;
    void reply.header('etag', etag).header('cache-control', 'private, no-cache');
    if (matchesEtag(known, etag)) {
      void reply.status(304);
      return undefined;
    }
    const bytes = Buffer.from(text);
    return new StreamableFile(bytes, { type: MARKDOWN, length: bytes.length, disposition: 'inline' });
  }

  @Get('diff')
  @Requires('workflows:read')
  @ApiOperation({ summary: 'What differs between two versions, section by section and step by step' })
  @ApiProblems(REGISTRY_PROBLEMS, 'workflow-not-found', 'version-deleted', 'digest-mismatch')
  async diff(@NameParam() name: string, @Query() { from, to }: VersionDiffQuery): Promise<VersionDiffDto> {
    return VersionDiffDto.from(await this.workflows.diff(name, from, to));
  }
}
