import type { JobsOptions, WorkerOptions } from 'bullmq';

export const RUNS_QUEUE = 'runs';

/** Retries belong to the step machine and history to Postgres: a job is delivered, and then forgotten. */
export const JOB_OPTIONS = {
  attempts: 1,
  removeOnComplete: true,
  removeOnFail: true,
} as const satisfies JobsOptions;

/** BullMQ's lock decides when a job is delivered again; whether anybody may then work on the run, the lease decides. */
export const WORKER_OPTIONS = {
  lockDuration: 60_000,
  stalledInterval: 30_000,
  maxStalledCount: 3,
  drainDelay: 5,
} as const satisfies Partial<WorkerOptions>;
