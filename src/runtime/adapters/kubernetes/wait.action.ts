import { parseDurationMs } from '../../../wpk/index.js';
import type { Execution, ObjectRef, StepContext } from '../adapter.js';
import { StepError } from '../step.error.js';
import type { Need } from './access.review.js';
import type { ObjectInput, Target } from './cluster.js';
import { conditionGoal, deletionGoal } from './condition.goal.js';
import { followObject } from './object.follower.js';
import { ReadAction } from './read.action.js';
import { rolloutGoal } from './rollout.goal.js';
import { diagnose } from './surroundings.js';
import { untilMet } from './until.met.js';
import type { Goal, Verdict } from './verdict.js';

export type WaitInput = ObjectInput & {
  /** `rollout`, `delete` or `condition=<Type>[=<Status>]`. */
  readonly for: string;
  /** Duration text, such as `2m`. */
  readonly stableFor?: string;
};

/** After the signal was raised the executor waits; a person waits too. */
const LAST_LOOK_MS = 700;
const DIAGNOSIS_MS = 5000;
const LOG_PAUSE_MS = 1000;

/**
 * Waits until an object is as wanted, for as long as the step may take. Outputs `{met: true, observed}`. A failure, and an
 * end by the signal, carry as details what was found out: `{observed, pods, events}`.
 */
export class WaitAction extends ReadAction<WaitInput> {
  readonly name = 'kubernetes/wait';
  protected override readonly unsimulated = 'Nothing is waited for in a dry run.';

  async execute(input: WaitInput, context: StepContext): Promise<Execution> {
    const { signal } = context;
    const target = await this.cluster.locate(input, signal);
    const progress = new Progress(context);
    try {
      const observed = await untilMet({
        ...{ goal: goalOf(input.for, target.ref), stableForMs: stableForMsOf(input), signal },
        follow: (stop, onState) => followObject(this.cluster, target, stop, onState),
        onVerdict: (verdict) => progress.show(verdict),
      });
      context.log(observed);
      return { outputs: { met: true, observed } };
    } catch (cause) {
      throw await this.explain(StepError.from(cause), target, progress.observed, context);
    }
  }

  protected async needsOf(input: WaitInput, signal: AbortSignal): Promise<readonly Need[]> {
    const { ref, resource } = await this.cluster.locate(input, signal);
    goalOf(input.for, ref);
    return ['list', 'watch'].map((verb) => ({ verb, resource, namespace: ref.namespace, name: ref.name }));
  }

  private async explain(error: StepError, target: Target, observed: string, context: StepContext): Promise<StepError> {
    const { signal } = context;
    if (error.code !== 'STEP.UNHEALTHY' && !signal.aborted) return error;
    const diagnosis = await diagnose(this.cluster, target, signal.aborted ? LAST_LOOK_MS : DIAGNOSIS_MS);
    for (const { name, reason, message } of diagnosis.pods.filter((pod) => pod.reason !== '').slice(0, 3)) {
      context.log(`Pod ${name}: ${reason}: ${message}`);
    }
    const message = signal.aborted && observed !== '' ? `Last seen: ${observed}.` : error.message;
    return new StepError(error.code, message, { cause: error, details: { observed, ...diagnosis } });
  }
}

/** Tells of each new state, but not more often than a person reads. */
class Progress {
  observed = '';
  private toldAt = -Infinity;

  constructor(private readonly context: StepContext) {}

  show(verdict: Verdict): void {
    const observed = verdict.type === 'failed' ? verdict.error.message : verdict.observed;
    if (observed === this.observed) return;
    this.observed = observed;
    if (verdict.type !== 'pending' || performance.now() - this.toldAt < LOG_PAUSE_MS) return;
    this.toldAt = performance.now();
    this.context.log(observed);
  }
}

function goalOf(text: string, ref: ObjectRef): Goal {
  const [what, type, status] = text.split('=');
  if (text === 'rollout') return rolloutGoal(ref);
  if (text === 'delete') return deletionGoal(ref);
  if (what === 'condition' && type) return conditionGoal(ref, type, status);
  throw new StepError('STEP.REJECTED', '`for` is rollout, delete or condition=<Type>[=<Status>].');
}

function stableForMsOf({ stableFor }: WaitInput): number {
  if (stableFor === undefined) return 0;
  const ms = parseDurationMs(stableFor);
  if (ms === undefined) throw new StepError('STEP.REJECTED', '`stableFor` is a duration such as 30s or 2m.');
  return ms;
}
