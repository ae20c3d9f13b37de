export type { Action, BeforeImage, Execution, Plan, StepContext } from './adapters/adapter.js';
export { StepError, type StepErrorCode } from './adapters/step.error.js';
export { workerActions } from './adapters/worker.actions.js';
export { RUNS_QUEUE } from './queue/run-queue.options.js';
export { RunsQueueModule } from './queue/runs-queue.module.js';
export { RunEntity, RunEventEntity, RunStepEntity } from './runs/run.entity.js';
export { RUNTIME_PROBLEMS } from './runtime.error.js';
export { RuntimeModule } from './runtime.module.js';
