import type { Action, Execution, Plan, StepContext } from '../../src/runtime/adapters/adapter.js';
import { StepError, type StepErrorCode } from '../../src/runtime/adapters/step.error.js';

type Input = Readonly<Record<string, unknown>>;
type Behaviour = (input: Input, context: StepContext) => Promise<Execution>;

export const succeeds =
  (outputs: Input = {}): Behaviour =>
  () =>
    Promise.resolve({ outputs });

export const fails =
  (code: StepErrorCode, options: { retryAfterMs?: number; details?: Input } = {}): Behaviour =>
  () =>
    Promise.reject(new StepError(code, `It failed with ${code}.`, options));

/** Works until it is told to stop, and then does. */
export const worksUntilStopped =
  (): Behaviour =>
  (_input, { signal }) =>
    new Promise((_resolve, reject) => {
      const stop = (): void => reject(new StepError('STEP.CANCELLED', 'It stopped.'));
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    });

/** Does what the script says, call by call; the last behaviour stays. */
export class FakeAction implements Action {
  readonly calls: { readonly input: Input; readonly context: StepContext }[] = [];
  private script: Behaviour[];

  constructor(
    readonly name: string,
    ...script: readonly Behaviour[]
  ) {
    this.script = [...script];
  }

  will(...script: readonly Behaviour[]): void {
    this.script = [...script];
  }

  execute(input: Input, context: StepContext): Promise<Execution> {
    this.calls.push({ input, context });
    const behaviour = (this.script.length > 1 ? this.script.shift() : this.script[0]) ?? succeeds();
    return behaviour(input, context);
  }

  plan(): Promise<Plan> {
    return Promise.resolve({ changes: [], permissions: [], unsimulated: 'It is a fake.' });
  }

  undo(): Promise<void> {
    return Promise.resolve();
  }
}
