import { Body, Controller, Headers, HttpCode, Post, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import type { FastifyReply } from 'fastify';
import type { Counter } from 'prom-client';

import { CurrentPrincipal, type Principal, Requires } from '../../access/index.js';
import { ApiProblems } from '../../platform/http/api-problems.decorator.js';
import { NameParam, VersionParam } from '../../registry/index.js';
import { DRY_RUN_REQUESTS } from '../metrics/runtime.metrics.js';
import { IDEMPOTENCY_KEY, idempotencyKey } from './idempotency-key.js';
import { DryRunDto, RunDto } from './run.dto.js';
import { RUN_PROBLEMS, START_PROBLEMS } from './run.problems.js';
import { LOCATION, REPLAYED } from './run.responses.js';
import { RunsService } from './runs.service.js';

/** A dry-run is a run that plans: accepted, queued, executed by a worker and followed like any other. */
@ApiTags('runs')
@ApiBearerAuth()
@Controller('v1/workflows')
export class DryRunsController {
  constructor(
    private readonly runs: RunsService,
    @InjectMetric(DRY_RUN_REQUESTS) private readonly requests: Counter,
  ) {}

  @Post(':name/versions/:version/dry-run')
  @HttpCode(202)
  @Requires('runs:dry-run')
  @ApiOperation({ summary: 'Show what a run would change, against the live cluster, and change nothing' })
  @ApiHeader(IDEMPOTENCY_KEY)
  @ApiResponse({
    ...{ status: 202, type: RunDto, headers: LOCATION },
    description: 'Accepted. The plan of each step is in its outputs.',
  })
  @ApiResponse(REPLAYED)
  @ApiProblems(RUN_PROBLEMS, ...START_PROBLEMS)
  async create(
    @NameParam() workflow: string,
    @VersionParam() version: string,
    @Body() body: DryRunDto,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RunDto> {
    try {
      const request = { workflow, version, inputs: body.inputs ?? {}, dryRun: true };
      const { run, replayed } = await this.runs.submit(request, idempotencyKey(key), principal);
      this.requests.inc({ result: 'accepted' });
      void reply.header('location', `/v1/runs/${run.id}`);
      if (replayed) void reply.status(200).header('idempotent-replayed', 'true');
      return RunDto.from(run);
    } catch (error) {
      this.requests.inc({ result: 'refused' });
      throw error;
    }
  }
}
