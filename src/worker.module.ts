import { getQueueToken } from '@nestjs/bullmq';
import { type DynamicModule, Module } from '@nestjs/common';

import type { Config } from './platform/config/config.js';
import { ConfigModule } from './platform/config/config.module.js';
import { DatabaseModule } from './platform/database/database.module.js';
import { HealthModule } from './platform/observability/health.module.js';
import { loggingModule } from './platform/observability/logging.js';
import { MetricsModule } from './platform/observability/metrics.module.js';
import { queueRoot } from './platform/queue/queue.module.js';
import { type Action, RUNS_QUEUE, RunsQueueModule, RuntimeModule } from './runtime/index.js';

/** Process 2: executes runs. Serves health and metrics, and no business route. */
@Module({})
export class WorkerModule {
  static register(config: Config, actions: readonly Action[]): DynamicModule {
    return {
      module: WorkerModule,
      imports: [
        ...[
          ConfigModule.register(config),
          loggingModule('worker'),
          DatabaseModule.register('atom-worker'),
          queueRoot(config),
          MetricsModule,
        ],
        HealthModule.register(RunsQueueModule, getQueueToken(RUNS_QUEUE)),
        RuntimeModule.forWorker(config, actions),
      ],
    };
  }
}
