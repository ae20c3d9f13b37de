import type { Page, PageQuery } from '../../platform/http/cursor.js';
import type { NewRun, Run, RunStep } from './run.js';
import type { RunState } from './run.state.js';
import type { RunEvent } from './run-event.js';

export interface RunFilter {
  readonly workflow?: string;
  readonly version?: string;
  readonly state?: RunState;
}

/** How a workflow fared lately. Dry-runs are left out. */
export interface RunHistory {
  /** Of runs created after `since`; a state without a run is left out. */
  readonly counts: Readonly<Partial<Record<RunState, number>>>;
  /** The newest, however old, unless more than `LAST_AMONG` dry-runs are newer. */
  readonly last: Run | null;
  /** As asked for; later, when there were more than `MAX_COUNTED` runs and dry-runs since: only the newest are counted. */
  readonly since: Date;
}

/** What a history looks at is bounded, however often a workflow runs. */
export const MAX_COUNTED = 5_000;
export const LAST_AMONG = 500;

export interface SubmittedRun {
  readonly run: Run;
  /** True when the caller's idempotency key had started this run before. */
  readonly replayed: boolean;
}

/** What makes a repeated request recognisable. */
export type RunRequestKey = Pick<NewRun, 'requestedBy' | 'idempotencyKey' | 'requestHash'>;

/** The runs as the API sees them. What a worker writes goes through the journal. */
export abstract class RunStore {
  /**
   * Run, steps and first event in one statement. A key that the requester used before answers the run of then, or rejects
   * with `idempotency-key-reused` when the request was another.
   */
  abstract submit(run: NewRun): Promise<SubmittedRun>;
  /** The run that this requester's key started before. Rejects with `idempotency-key-reused` when the request was another. */
  abstract findStarted(key: RunRequestKey): Promise<Run | undefined>;
  abstract find(id: string): Promise<Run | undefined>;
  /** Newest first. */
  abstract list(filter: RunFilter, page: PageQuery): Promise<Page<Run>>;
  /** Of a workflow or of one of its versions. What it costs is bounded, see RunHistory. */
  abstract history(of: { readonly workflow: string; readonly version?: string }, since: Date): Promise<RunHistory>;
  /** Whether a run or dry-run of the version was ever accepted. */
  abstract hasRuns(workflow: string, version: string): Promise<boolean>;
  /** Whether a dry-run of these bytes ever succeeded. */
  abstract hasDryRun(digest: string): Promise<boolean>;
  abstract steps(runId: string): Promise<RunStep[]>;
  /** At most `limit` events after `seq`, in order. */
  abstract events(runId: string, afterSeq: number, limit: number): Promise<RunEvent[]>;
  /**
   * Ends a queued run at once; asks the worker of a running one to stop. A run that has ended stays as it is. Answers the
   * run afterwards, or undefined when there is none.
   */
  abstract cancel(id: string, requestedBy: string): Promise<Run | undefined>;
}
