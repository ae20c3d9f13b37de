import { type FieldChange, fieldChange } from '../../../wpk/index.js';
import type { Action, BeforeImage, Execution, Plan, StepContext } from '../adapter.js';
import { StepError } from '../step.error.js';
import { type JsonObject, numberAt, objectAt } from './json.js';
import { titleOf } from './object.reader.js';
import type { ObjectWriter } from './object.writer.js';

export type ScaleInput = {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly replicas: number;
  /** Only when this is the number now. */
  readonly currentReplicas?: number;
};

const REPLICAS = '/spec/replicas';
const OPTIONS = { subresource: 'scale', complete: withReplicas } as const;

/** As `kubectl scale`, through the scale sub-resource. Outputs `{before, after}`. */
export class ScaleAction implements Action<ScaleInput> {
  readonly name = 'kubernetes/scale';

  constructor(private readonly writer: ObjectWriter) {}

  plan(input: ScaleInput, context: StepContext): Promise<Plan> {
    return this.writer.plan(input, (current) => changesOf(input, current), context, OPTIONS);
  }

  async execute(input: ScaleInput, context: StepContext): Promise<Execution> {
    const { before: image } = await this.writer.write(input, (current) => changesOf(input, current), context, OPTIONS);
    const [change] = image?.fields ?? [];
    const before = typeof change?.before === 'number' ? change.before : input.replicas;
    context.log(`${titleOf(input)} scaled from ${before} to ${input.replicas} replicas`);
    return { outputs: { before, after: input.replicas }, ...(image && { before: image }) };
  }

  undo(before: BeforeImage, context: StepContext): Promise<void> {
    return this.writer.undo(before, context, OPTIONS);
  }
}

function changesOf(input: ScaleInput, scale: JsonObject): FieldChange[] {
  const { replicas, currentReplicas } = input;
  const before = numberAt(scale, 'spec', 'replicas') ?? 0;
  if (before === replicas) return []; // also a repeated attempt, whose precondition no longer holds
  if (currentReplicas !== undefined && before !== currentReplicas) {
    throw new StepError(
      'STEP.CONFLICT',
      `${titleOf(input)} has ${before} replicas, not the ${currentReplicas} that were expected.`,
    );
  }
  return [fieldChange(REPLICAS, before, replicas)];
}

/** The API server leaves zero out of a Scale. */
function withReplicas(scale: JsonObject): JsonObject {
  return { ...scale, spec: { replicas: 0, ...objectAt(scale, 'spec') } };
}
