import {
  Controller,
  type DynamicModule,
  Get,
  type InjectionToken,
  Module,
  Res,
  ServiceUnavailableException,
  type Type,
} from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  type ApiResponseSchemaHost,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import {
  HealthCheckService,
  type HealthIndicatorFunction,
  HealthIndicatorService,
  TerminusModule,
} from '@nestjs/terminus';
import type { Queue } from 'bullmq';
import type { FastifyReply } from 'fastify';

import { Database } from '../database/database.js';
import { Public } from '../http/public.decorator.js';

const CHECK_MS = 2000;

/** A part that this process cannot work without; the checks take at most two seconds. */
class HealthParts {
  constructor(readonly indicators: readonly HealthIndicatorFunction[]) {}
}

const TEXT = { type: 'string' } as const;
const PARTS = { type: 'object', additionalProperties: true, nullable: true } as const;
const ALIVE: ApiResponseSchemaHost = {
  description: 'Alive.',
  schema: { type: 'object', required: ['status'], properties: { status: TEXT } },
};
const REPORT: ApiResponseSchemaHost = {
  description: 'What each part says: in `info` those that work, in `error` those that do not, in `details` all.',
  schema: {
    type: 'object',
    required: ['status', 'details'],
    properties: { status: TEXT, info: PARTS, error: PARTS, details: PARTS },
  },
};

@ApiTags('health')
@Controller('health')
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly parts: HealthParts,
  ) {}

  /** Alive as long as this process answers. Looks at nothing else: an outage of Postgres must not restart everything. */
  @Public()
  @Get('live')
  @ApiOperation({ summary: 'Is this process alive' })
  @ApiOkResponse(ALIVE)
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Public()
  @Get('ready')
  @ApiOperation({ summary: 'Can this process do its work now' })
  @ApiOkResponse(REPORT)
  @ApiServiceUnavailableResponse(REPORT)
  ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    return this.report(reply);
  }

  @Public()
  @Get()
  @ApiOperation({ summary: 'Both, for people' })
  @ApiOkResponse(REPORT)
  @ApiServiceUnavailableResponse(REPORT)
  all(@Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    return this.report(reply);
  }

  private async report(reply: FastifyReply): Promise<object> {
    try {
      return await this.health.check([...this.parts.indicators]);
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      void reply.status(503);
      return error.getResponse() as object;
    }
  }
}

@Module({})
export class HealthModule {
  /** `queue` is the token of the BullMQ queue that this process uses; `queueModule` provides it. */
  static register(queueModule: Type | DynamicModule, queue: InjectionToken): DynamicModule {
    return {
      module: HealthModule,
      imports: [TerminusModule.forRoot({ logger: false }), queueModule],
      controllers: [HealthController],
      providers: [
        {
          provide: HealthParts,
          inject: [HealthIndicatorService, Database, queue],
          useFactory: (health: HealthIndicatorService, database: Database, runs: Queue) =>
            new HealthParts([
              part(health, 'database', () => database.query({ name: 'ping', text: 'SELECT 1' }, [])),
              // Answers on Redis and on PostgreSQL alike.
              part(health, 'queue', () => runs.getJobCounts('waiting')),
            ]),
        },
      ],
    };
  }
}

function part(health: HealthIndicatorService, name: string, ask: () => Promise<unknown>): HealthIndicatorFunction {
  const attempt = async (): Promise<void> => {
    await ask();
  };
  return () => health.check(name).attempt(attempt).withTimeout(CHECK_MS);
}
