import { Processor } from '@nestjs/bullmq';
import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';

import type { Config } from '../platform/config/config.js';
import { workerConnection } from '../platform/queue/queue.module.js';
import { PolicyModule } from '../policy/index.js';
import { RegistryModule } from '../registry/index.js';
import { ActionRegistry } from './adapters/action.registry.js';
import type { Action } from './adapters/adapter.js';
import { LeaseKeeper } from './execution/lease-keeper.service.js';
import { Reconciler } from './execution/reconciler.service.js';
import { RunExecutor } from './execution/run-executor.service.js';
import { RunJournal } from './execution/run-journal.js';
import { PostgresRunJournal } from './execution/run-journal.store.postgres.js';
import { StepExecutor } from './execution/step-executor.service.js';
import { BacklogMetrics } from './metrics/backlog.metrics.js';
import { RUNTIME_METRICS } from './metrics/runtime.metrics.js';
import { RUNS_QUEUE, WORKER_OPTIONS } from './queue/run-queue.options.js';
import { RunQueueProcessor } from './queue/run-queue.processor.js';
import { RunsQueueModule } from './queue/runs-queue.module.js';
import { DryRunsController } from './runs/dry-runs.controller.js';
import { RunEntity, RunEventEntity, RunStepEntity } from './runs/run.entity.js';
import { RunStore } from './runs/run.store.js';
import { PostgresRunStore } from './runs/run.store.postgres.js';
import { RunFeed } from './runs/run-feed.js';
import { RunStreamsController } from './runs/run-streams.controller.js';
import { RunsController } from './runs/runs.controller.js';
import { RunsService } from './runs/runs.service.js';
import { WorkflowRunsController } from './runs/workflow-runs.controller.js';

const entities = TypeOrmModule.forFeature([RunEntity, RunStepEntity, RunEventEntity]);

/** Runs: accepted by the api, executed by workers. */
@Module({})
export class RuntimeModule {
  /** Accepts, shows and cancels runs; executes nothing. `registry` is the api's one instance of it. */
  static forApi(registry: DynamicModule): DynamicModule {
    return {
      module: RuntimeModule,
      imports: [registry, PolicyModule, RunsQueueModule, entities],
      controllers: [RunsController, RunStreamsController, DryRunsController, WorkflowRunsController],
      providers: [
        RunsService,
        RunFeed,
        { provide: RunStore, useClass: PostgresRunStore },
        BacklogMetrics,
        ...RUNTIME_METRICS,
      ],
    };
  }

  /** Executes runs with these actions; has no routes. */
  static forWorker(config: Config, actions: readonly Action[]): DynamicModule {
    // The worker's options depend on the configuration, so the decorator is applied here and not on the class.
    const options = {
      ...WORKER_OPTIONS,
      connection: workerConnection(config),
      concurrency: config.MAX_CONCURRENT_EXECUTIONS,
    };
    Processor(RUNS_QUEUE, options)(RunQueueProcessor);
    return {
      module: RuntimeModule,
      imports: [RegistryModule.forWorker(), PolicyModule, RunsQueueModule],
      providers: [
        ...[RunQueueProcessor, RunExecutor, StepExecutor, LeaseKeeper, Reconciler],
        { provide: RunJournal, useClass: PostgresRunJournal },
        { provide: ActionRegistry, useFactory: () => new ActionRegistry(actions) },
        ...RUNTIME_METRICS,
      ],
    };
  }
}
