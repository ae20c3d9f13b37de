import { getQueueToken } from '@nestjs/bullmq';
import { type DynamicModule, Module } from '@nestjs/common';

import { ACCESS_PROBLEMS, AccessModule } from './access/index.js';
import { AuditModule } from './audit/index.js';
import type { Config } from './platform/config/config.js';
import { ConfigModule } from './platform/config/config.module.js';
import { DatabaseModule } from './platform/database/database.module.js';
import { HealthModule } from './platform/observability/health.module.js';
import { loggingModule } from './platform/observability/logging.js';
import { MetricsModule } from './platform/observability/metrics.module.js';
import { queueRoot } from './platform/queue/queue.module.js';
import { POLICY_PROBLEMS, PolicyModule } from './policy/index.js';
import { REGISTRY_PROBLEMS, RegistryModule } from './registry/index.js';
import { RUNS_QUEUE, RunsQueueModule, RUNTIME_PROBLEMS, RuntimeModule } from './runtime/index.js';

/** Every code that a caller of the api may meet. */
export const API_PROBLEMS = [ACCESS_PROBLEMS, POLICY_PROBLEMS, REGISTRY_PROBLEMS, RUNTIME_PROBLEMS] as const;

/** Process 1: takes packages and runs, decides, shows. Executes no step. */
@Module({})
export class ApiModule {
  static register(config: Config): DynamicModule {
    const registry = RegistryModule.forApi();
    return {
      module: ApiModule,
      imports: [
        ...[
          ConfigModule.register(config),
          loggingModule('api'),
          DatabaseModule.register('atom-api'),
          queueRoot(config),
          MetricsModule,
        ],
        HealthModule.register(RunsQueueModule, getQueueToken(RUNS_QUEUE)),
        ...[AccessModule, AuditModule.forApi(), PolicyModule, registry, RuntimeModule.forApi(registry)],
      ],
    };
  }
}
