import { Controller, Delete, Get, HttpCode, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';

import { CurrentPrincipal, type Principal, Requires } from '../../access/index.js';
import { ApiProblems } from '../../platform/http/api-problems.decorator.js';
import { NameParam, VersionLifecycle, VersionParam } from '../../registry/index.js';
import { RunDto, RunSummaryDto, WorkflowRunsDto, WorkflowRunsQuery } from './run.dto.js';
import { RUN_PROBLEMS } from './run.problems.js';
import { RunsService } from './runs.service.js';

/** What of a workflow only its runs can tell. */
@ApiTags('workflows')
@ApiBearerAuth()
@Controller('v1/workflows/:name')
export class WorkflowRunsController {
  constructor(
    private readonly runs: RunsService,
    private readonly lifecycle: VersionLifecycle,
  ) {}

  @Get('runs')
  @Requires('runs:read')
  @ApiOperation({ summary: 'The runs of a workflow, newest first, and how they fared in the last 30 days' })
  @ApiProblems(RUN_PROBLEMS, 'workflow-not-found')
  async list(
    @NameParam() workflow: string,
    @Query() { version, state, ...page }: WorkflowRunsQuery,
  ): Promise<WorkflowRunsDto> {
    const summary = RunSummaryDto.from(await this.runs.history(workflow, version));
    const filter = { workflow, ...(version !== undefined && { version }), ...(state !== undefined && { state }) };
    const { items, nextCursor } = await this.runs.list(filter, page);
    return { summary, items: items.map((run) => RunDto.from(run)), nextCursor };
  }

  @Delete('versions/:version')
  @HttpCode(204)
  @Requires('workflows:govern')
  @ApiOperation({
    summary: 'Delete a version that never ran',
    description:
      'Its bytes are gone; its name and version keep meaning them, so the same bytes may be registered again.',
  })
  @ApiNoContentResponse({ description: 'Deleted, now or before.' })
  @ApiProblems(RUN_PROBLEMS, 'workflow-not-found', 'version-has-run', 'version-state-conflict')
  delete(
    @NameParam() name: string,
    @VersionParam() version: string,
    @CurrentPrincipal() { name: by }: Principal,
  ): Promise<void> {
    return this.lifecycle.delete(name, version, by, () => this.runs.hasRuns(name, version));
  }
}
