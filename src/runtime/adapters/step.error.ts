export type StepErrorCode =
  | 'STEP.INPUT_INVALID' // the resolved `with` does not fit the action's schema
  | 'STEP.EXPRESSION_FAILED' // an expression could not be evaluated
  | 'STEP.NOT_FOUND' // the object does not exist
  | 'STEP.FORBIDDEN' // the worker's identity may not do this
  | 'STEP.CONFLICT' // somebody else changed the object
  | 'STEP.REJECTED' // the target refused the request for good
  | 'STEP.UNHEALTHY' // the target did not become what was waited for
  | 'STEP.UNAVAILABLE' // the target could not be reached or asked to come back later
  | 'STEP.TIMED_OUT' // one attempt took longer than its timeout
  | 'STEP.CANCELLED' // the run was cancelled or lost while the step was at work
  | 'STEP.OUTCOME_UNKNOWN' // the worker died between effect and record; never repeated blindly
  | 'STEP.UNEXPECTED'; // a defect of Atom

const TRANSIENT: ReadonlySet<StepErrorCode> = new Set(['STEP.CONFLICT', 'STEP.UNAVAILABLE', 'STEP.UNEXPECTED']);

/** What went wrong in a step, said so that it may be stored and shown: the message never repeats a cause's own words unasked. */
export class StepError extends Error {
  override readonly name = 'StepError';

  constructor(
    readonly code: StepErrorCode,
    message: string,
    options: {
      readonly cause?: unknown;
      readonly details?: Readonly<Record<string, unknown>>;
      readonly retryAfterMs?: number;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    if (options.details) this.details = options.details;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }

  /** Structured facts for the reader: reasons of waiting pods, last events. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** The target's own wish (Retry-After), in milliseconds. */
  readonly retryAfterMs?: number;

  /** Whether the same attempt may succeed later. */
  get transient(): boolean {
    return TRANSIENT.has(this.code);
  }

  static from(cause: unknown): StepError {
    if (cause instanceof StepError) return cause;
    return new StepError(
      'STEP.UNEXPECTED',
      'The step failed for a reason that Atom does not know; the worker log has it.',
      { cause },
    );
  }
}
