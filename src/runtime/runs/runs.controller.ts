import { Body, Controller, Get, Headers, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

import { CurrentPrincipal, type Principal, Requires } from '../../access/index.js';
import { ApiProblems } from '../../platform/http/api-problems.decorator.js';
import { UuidParam } from '../../platform/http/path-param.decorator.js';
import { RUNTIME_PROBLEMS } from '../runtime.error.js';
import { IDEMPOTENCY_KEY, idempotencyKey } from './idempotency-key.js';
import { CreateRunDto, RunDto, RunListQuery, RunPageDto, StepDto, StepListDto } from './run.dto.js';
import { RUN_PROBLEMS, START_PROBLEMS } from './run.problems.js';
import { LOCATION, REPLAYED } from './run.responses.js';
import { RunsService } from './runs.service.js';

@ApiTags('runs')
@ApiBearerAuth()
@Controller('v1/runs')
export class RunsController {
  constructor(private readonly runs: RunsService) {}

  @Post()
  @HttpCode(202)
  @Requires('runs:create')
  @ApiOperation({ summary: 'Start a run of a registered workflow' })
  @ApiHeader(IDEMPOTENCY_KEY)
  @ApiResponse({
    ...{ status: 202, type: RunDto, headers: LOCATION },
    description: 'Accepted: the run is stored and will reach an end.',
  })
  @ApiProblems(RUN_PROBLEMS, ...START_PROBLEMS)
  @ApiResponse(REPLAYED)
  async create(
    @Body() body: CreateRunDto,
    @Headers('idempotency-key') key: string | undefined,
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RunDto> {
    const { workflow, version, inputs } = body;
    const request = { workflow, inputs: inputs ?? {}, dryRun: false, ...(version !== undefined && { version }) };
    const { run, replayed } = await this.runs.submit(request, idempotencyKey(key), principal);
    void reply.header('location', `/v1/runs/${run.id}`);
    if (replayed) void reply.status(200).header('idempotent-replayed', 'true');
    return RunDto.from(run);
  }

  @Get()
  @Requires('runs:read')
  @ApiOperation({ summary: 'List runs, newest first' })
  async list(@Query() query: RunListQuery): Promise<RunPageDto> {
    const { workflow, state } = query;
    const filter = { ...(workflow !== undefined && { workflow }), ...(state !== undefined && { state }) };
    const page = await this.runs.list(filter, query);
    return { items: page.items.map((run) => RunDto.from(run)), nextCursor: page.nextCursor };
  }

  @Get(':id')
  @Requires('runs:read')
  @ApiOperation({ summary: 'One run' })
  @ApiProblems(RUNTIME_PROBLEMS, 'run-not-found')
  async get(@UuidParam('id') id: string): Promise<RunDto> {
    return RunDto.from(await this.runs.get(id));
  }

  @Get(':id/steps')
  @Requires('runs:read')
  @ApiOperation({ summary: 'The steps of a run, in the order of the package' })
  @ApiOkResponse({ type: StepListDto })
  @ApiProblems(RUNTIME_PROBLEMS, 'run-not-found')
  async steps(@UuidParam('id') id: string): Promise<StepListDto> {
    return { items: (await this.runs.steps(id)).map((step) => StepDto.from(step)) };
  }

  @Post(':id/cancel')
  @HttpCode(202)
  @Requires('runs:cancel')
  @ApiOperation({ summary: 'Stop a run: no further step starts' })
  @ApiProblems(RUNTIME_PROBLEMS, 'run-not-found', 'run-ended')
  async cancel(@UuidParam('id') id: string, @CurrentPrincipal() principal: Principal): Promise<RunDto> {
    return RunDto.from(await this.runs.cancel(id, principal));
  }
}
