import type { Action, Execution, StepContext } from '../adapters/adapter.js';
import { StepError } from '../adapters/step.error.js';

/** Milliseconds that an action may take to stop after its signal was raised. */
const GRACE_MS = 10_000;

export interface Attempt {
  readonly action: Pick<Action, 'execute'>;
  readonly input: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number;
  /** Raised when the whole run has to stop. */
  readonly runSignal: AbortSignal;
  readonly context: Omit<StepContext, 'signal'>;
}

/**
 * One attempt of one step, within its time. Rejects with a {@link StepError}: `STEP.CANCELLED` when the run had to stop,
 * `STEP.TIMED_OUT` when this attempt took too long (with what the action found out by then), else the action's own.
 */
export async function attempt(a: Attempt): Promise<Execution> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), a.timeoutMs);
  const signal = AbortSignal.any([a.runSignal, timeout.signal]);
  try {
    return await Promise.race([a.action.execute(a.input, { ...a.context, signal }), deserted(signal)]);
  } catch (cause) {
    throw interpret(StepError.from(cause), a, timeout.signal.aborted);
  } finally {
    clearTimeout(timer);
  }
}

function interpret(error: StepError, { runSignal, timeoutMs }: Attempt, timedOut: boolean): StepError {
  const options = { cause: error, ...(error.details && { details: error.details }) };
  if (runSignal.aborted) return new StepError('STEP.CANCELLED', 'The step was stopped before its end.', options);
  if (timedOut) {
    return new StepError(
      'STEP.TIMED_OUT',
      `The attempt took longer than ${timeoutMs} ms. ${error.details ? error.message : ''}`.trim(),
      options,
    );
  }
  return error;
}

/** Settles only for an action that ignores its signal: the run must not hang with it. */
function deserted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const desert = (): void => {
      setTimeout(
        () => reject(new StepError('STEP.UNEXPECTED', 'The action did not stop when it was told to.')),
        GRACE_MS,
      ).unref();
    };
    if (signal.aborted) desert();
    else signal.addEventListener('abort', desert, { once: true });
  });
}
