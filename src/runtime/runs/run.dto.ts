import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsObject, IsOptional, IsString, Matches, MaxLength } from 'class-validator';

import { PageQuery } from '../../platform/http/cursor.js';
import type { JsonObject, Run, RunStep } from './run.js';
import { RUN_STATES, type RunState } from './run.state.js';
import type { RunHistory } from './run.store.js';
import { STEP_STATES } from './step.state.js';

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** Characters of SemVer; what is none is not found. */
const VERSION = /^[0-9A-Za-z.+-]+$/;

export class CreateRunDto {
  /**
   * Name of a registered workflow.
   * @example "restart-unhealthy"
   */
  @Matches(NAME)
  workflow!: string;

  /**
   * Left out: the highest version that is not a pre-release.
   * @example "1.0.0"
   */
  @IsOptional()
  @IsString()
  @MaxLength(256)
  version?: string;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    example: { namespace: 'shop', deployment: 'web' },
  })
  @IsOptional()
  @IsObject()
  inputs?: Record<string, unknown>;
}

export class DryRunDto {
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    example: { namespace: 'shop', deployment: 'web' },
  })
  @IsOptional()
  @IsObject()
  inputs?: Record<string, unknown>;
}

export class RunListQuery extends PageQuery {
  /** @example "restart-unhealthy" */
  @IsOptional()
  @Matches(NAME)
  workflow?: string;

  @ApiPropertyOptional({ enum: RUN_STATES.states })
  @IsOptional()
  @IsIn(RUN_STATES.states)
  state?: RunState;
}

export class WorkflowRunsQuery extends PageQuery {
  /** @example "1.0.0" */
  @IsOptional()
  @IsString()
  @MaxLength(256)
  @Matches(VERSION)
  version?: string;

  /** Narrows the page; the summary has every state. */
  @ApiPropertyOptional({ enum: RUN_STATES.states })
  @IsOptional()
  @IsIn(RUN_STATES.states)
  state?: RunState;
}

class RunReasonDto {
  /** @example "STEP_FAILED" */
  code!: string;
  /** @example "Step healthy: The rollout did not finish." */
  message!: string;
}

class RunRiskDto {
  /**
   * 0 to 100.
   * @example 2
   */
  score!: number;
  /** @example "low" */
  level!: string;
}

class RunDecisionDto {
  /**
   * SHA-256 of the facts and the ruleset's version.
   * @example "4b227777d4dd1fc61c6f884f48641d02b4d121d3fd328cb08b5531fcacdabf8a"
   */
  id!: string;
  /** @example "allow" */
  outcome!: string;
  risk!: RunRiskDto;
}

export class RunDto {
  /** @example "019aa1b2-7f2d-7c3e-9d55-0a2b6f0d4c11" */
  id!: string;
  /** @example "restart-unhealthy" */
  workflow!: string;
  /** @example "1.0.0" */
  version!: string;
  /**
   * SHA-256 of the package's bytes: exactly what runs.
   * @example "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
   */
  digest!: string;
  /**
   * Plans every step and changes nothing; the outputs of a step are then its plan.
   * @example false
   */
  dryRun!: boolean;
  @ApiProperty({ enum: RUN_STATES.states })
  state!: string;
  @ApiProperty({ type: RunReasonDto, nullable: true })
  reason!: RunReasonDto | null;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { namespace: 'shop', deployment: 'web', logLines: 200 },
  })
  inputs!: JsonObject;
  /**
   * What the run works on.
   * @example "shop/deployments/web"
   */
  target!: string | null;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  outputs!: JsonObject | null;
  /** @example "bootstrap" */
  requestedBy!: string;
  decision!: RunDecisionDto;
  /** How often a worker took the run. */
  attempt!: number;
  createdAt!: Date;
  startedAt!: Date | null;
  finishedAt!: Date | null;

  static from(run: Run): RunDto {
    const { id, workflow, version, digest, dryRun, state, reason, inputs, target, outputs, requestedBy, fence } = run;
    const { createdAt, startedAt, finishedAt } = run;
    const decision = { id: run.decision.id, outcome: run.decision.outcome, risk: run.decision.risk };
    return {
      ...{ id, workflow, version, digest, dryRun, state, reason, inputs, target, outputs, requestedBy, decision },
      ...{ attempt: fence, createdAt, startedAt, finishedAt },
    };
  }
}

export class RunPageDto {
  items!: RunDto[];
  /** Null on the last page. */
  nextCursor!: string | null;
}

export class RunSummaryDto {
  @ApiProperty({
    type: 'object',
    properties: Object.fromEntries(RUN_STATES.states.map((state) => [state, { type: 'integer' as const }])),
    additionalProperties: false,
    description: 'Of the runs created after `since`, dry-runs left out; a state without a run is left out.',
    example: { succeeded: 41, failed: 1 },
  })
  counts!: Readonly<Partial<Record<RunState, number>>>;
  @ApiProperty({ type: RunDto, nullable: true, description: 'The newest run that was no dry-run.' })
  last!: RunDto | null;
  /** 30 days ago; later for a workflow with more runs than are counted. */
  since!: Date;

  static from({ counts, last, since }: RunHistory): RunSummaryDto {
    return { counts, last: last && RunDto.from(last), since };
  }
}

export class WorkflowRunsDto extends RunPageDto {
  @ApiProperty({ type: RunSummaryDto })
  summary!: RunSummaryDto;
}

class StepErrorDto {
  /** @example "STEP.UNHEALTHY" */
  code!: string;
  message!: string;
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  details?: JsonObject;
}

export class StepDto {
  /** From 0, in the order of the package. */
  index!: number;
  /** @example "restart" */
  name!: string;
  /** @example "kubernetes/restart" */
  action!: string;
  @ApiProperty({ enum: STEP_STATES.states })
  state!: string;
  /** Attempts so far. */
  attempt!: number;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  outputs!: JsonObject | null;
  @ApiProperty({ type: StepErrorDto, nullable: true })
  error!: StepErrorDto | null;
  startedAt!: Date | null;
  finishedAt!: Date | null;

  static from(step: RunStep): StepDto {
    const { index, name, action, state, attempt, outputs, error, startedAt, finishedAt } = step;
    return { index, name, action, state, attempt, outputs, error, startedAt, finishedAt };
  }
}

export class StepListDto {
  items!: StepDto[];
}
