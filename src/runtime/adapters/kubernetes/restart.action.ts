import { type FieldChange, fieldChange } from '../../../wpk/index.js';
import type { Action, BeforeImage, Execution, Plan, StepContext } from '../adapter.js';
import { StepError } from '../step.error.js';
import { pointer, valueAt } from './field.change.js';
import { at, type JsonObject, numberAt } from './json.js';
import { titleOf } from './object.reader.js';
import type { ObjectWriter } from './object.writer.js';

export type RestartInput = {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  readonly namespace: string;
  readonly name: string;
};

/** kubectl's own annotation: its history shows our restarts like any other. */
const RESTARTED_AT = pointer('spec', 'template', 'metadata', 'annotations', 'kubectl.kubernetes.io/restartedAt');
const OPTIONS = { type: 'strategic-merge' } as const;

/** As `kubectl rollout restart`. Outputs `{restartedAt, generation}`. */
export class RestartAction implements Action<RestartInput> {
  readonly name = 'kubernetes/restart';

  constructor(private readonly writer: ObjectWriter) {}

  plan(input: RestartInput, context: StepContext): Promise<Plan> {
    return this.writer.plan(input, (current) => changesOf(input, current, context), context, OPTIONS);
  }

  async execute(input: RestartInput, context: StepContext): Promise<Execution> {
    const decide = (current: JsonObject): FieldChange[] => changesOf(input, current, context);
    const { object, before } = await this.writer.write(input, decide, context, OPTIONS);
    const restartedAt = timeOf(context);
    context.log(`${titleOf(input)} restarted: its pod template carries ${restartedAt}`);
    return {
      outputs: { restartedAt, generation: numberAt(object, 'metadata', 'generation') ?? 0 },
      ...(before && { before }),
    };
  }

  /** Restores the template as it was, which brings back the pods of the former revision. */
  undo(before: BeforeImage, context: StepContext): Promise<void> {
    return this.writer.undo(before, context, OPTIONS);
  }
}

function changesOf(input: RestartInput, current: JsonObject, context: StepContext): FieldChange[] {
  const before = valueAt(current, RESTARTED_AT);
  const after = timeOf(context);
  if (before === after) return [];
  if (at(current, 'spec', 'paused') === true) {
    throw new StepError(
      'STEP.REJECTED',
      `${titleOf(input)} is paused, so nothing would restart: resume its rollout first.`,
    );
  }
  return [fieldChange(RESTARTED_AT, before, after)];
}

/** RFC 3339 in seconds, as kubectl writes it. The same for each attempt of a step: a repeated one finds its work done. */
function timeOf({ startedAt }: StepContext): string {
  return startedAt.toISOString().replace(/\.\d{3}Z$/, 'Z');
}
