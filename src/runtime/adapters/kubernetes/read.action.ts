import type { Action, BeforeImage, Execution, Plan, StepContext } from '../adapter.js';
import { StepError } from '../step.error.js';
import { checkAccess, type Need } from './access.review.js';
import type { Cluster } from './cluster.js';

/** An action without an effect: its plan changes nothing, and there is nothing to undo. */
export abstract class ReadAction<Input> implements Action<Input> {
  abstract readonly name: string;
  /** What a dry run cannot show. */
  protected readonly unsimulated: string | undefined = undefined;

  constructor(protected readonly cluster: Cluster) {}

  abstract execute(input: Input, context: StepContext): Promise<Execution>;

  protected abstract needsOf(input: Input, signal: AbortSignal): Promise<readonly Need[]>;

  async plan(input: Input, { signal }: StepContext): Promise<Plan> {
    const permissions = await checkAccess(this.cluster.client, await this.needsOf(input, signal), signal);
    return { changes: [], permissions, ...(this.unsimulated !== undefined && { unsimulated: this.unsimulated }) };
  }

  undo(before: BeforeImage): Promise<void> {
    const name = before.object.name;
    return Promise.reject(
      new StepError('STEP.REJECTED', `${this.name} changes nothing, so ${name} has nothing to undo.`),
    );
  }
}
