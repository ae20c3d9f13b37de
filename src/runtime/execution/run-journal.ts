import type { BeforeImage } from '../adapters/adapter.js';
import type { JsonObject, Run, RunReason, RunStep, StepFailure } from '../runs/run.js';
import type { RunState } from '../runs/run.state.js';
import type { NumberedEvent } from '../runs/run-event.js';
import type { StepState } from '../runs/step.state.js';

/** A run that this worker owns until `leaseMs` after the last heartbeat, or until somebody else raised the fence. */
export interface ClaimedRun {
  readonly run: Run;
  /** What earlier owners did, in the order of the package; empty at the first claim, when nothing was done yet. */
  readonly steps: readonly RunStep[];
  readonly cancelRequested: boolean;
  /** Milliseconds that the run may still take. */
  readonly remainingMs: number;
}

export interface StepChange {
  readonly index: number;
  readonly state: StepState;
  readonly attempt: number;
  readonly outputs?: JsonObject;
  readonly before?: BeforeImage;
  readonly error?: StepFailure;
}

export interface RunChange {
  readonly state: Exclude<RunState, 'running'>;
  readonly reason?: RunReason;
  readonly outputs?: JsonObject;
}

/** One durable write of a run's owner: what became of a step, of the run, and what was said. All of it or nothing. */
export interface JournalEntry {
  readonly runId: string;
  readonly fence: number;
  readonly step?: StepChange;
  readonly run?: RunChange;
  readonly events: readonly NumberedEvent[];
}

export type JournalAnswer =
  /** The fence was raised or the run has ended: nothing was written, the worker must stop at once. */
  | { readonly owned: false }
  /** `stepStartedAt`: database time of the step's first attempt, when the entry was about a step. */
  | { readonly owned: true; readonly cancelRequested: boolean; readonly stepStartedAt: Date | null };

export interface Heartbeat {
  readonly runId: string;
  readonly cancelRequested: boolean;
}

export interface DueRun {
  readonly runId: string;
  readonly fence: number;
}

/**
 * What workers write. Every write is guarded by the fence and by the state machine: a worker that was given up on cannot
 * change anything any more, and a step that succeeded cannot be started again. Only the database's clock counts.
 */
export abstract class RunJournal {
  /** One winner per queued run, and per running one whose lease is over. Undefined: somebody else's, or ended. */
  abstract claim(runId: string): Promise<ClaimedRun | undefined>;

  /**
   * One write of a run at a time. A step is not started once a cancellation was asked for: the answer then says so, and only
   * log lines are written. When the run ends, a step that is still at work becomes `unknown`, and steps that never started
   * `skipped`, or `cancelled` when the run was. A write that is repeated after a lost answer adds nothing.
   */
  abstract write(entry: JournalEntry): Promise<JournalAnswer>;

  /** Prolongs the leases of these runs; one that is missing from the answer is no longer ours. */
  abstract heartbeat(runs: readonly { readonly runId: string; readonly fence: number }[]): Promise<Heartbeat[]>;

  /**
   * Runs that the queue should be told of again: queued or abandoned, and not mentioned to it for `quietMs`. Marks them as
   * told, so that several reconcilers share the work.
   */
  abstract takeDue(quietMs: number, limit: number): Promise<DueRun[]>;

  /**
   * Ends what nobody will take: runs that nobody ever took within their queue timeout, and runs that were lost by `maxClaims` workers.
   * Answers how many of each.
   */
  abstract endOverdue(maxClaims: number): Promise<{ readonly timedOut: number; readonly lost: number }>;
}
