import { validate as isUuid } from 'uuid';

/** One job per delivery of a run; everything else is in the run's row. */
export interface RunJob {
  readonly runId: string;
}

/** Total: a malformed job is undefined, never an exception. */
export function readRunJob(data: unknown): RunJob | undefined {
  const runId = typeof data === 'object' && data !== null && 'runId' in data ? data.runId : undefined;
  return typeof runId === 'string' && isUuid(runId) ? { runId } : undefined;
}

export interface Delivery {
  readonly runId: string;
  /** The fence that the run has now: one job per claim, so that telling the queue twice is harmless. */
  readonly fence: number;
}

/** The courier: tells some worker soon that these runs are due. May forget them; the reconciler tells it again. */
export abstract class RunQueue {
  abstract deliver(runs: readonly Delivery[]): Promise<void>;
}
