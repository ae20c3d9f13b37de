import { type FieldChange, fieldChange } from '../../../wpk/index.js';
import type { Action, BeforeImage, Execution, Plan, StepContext } from '../adapter.js';
import { StepError } from '../step.error.js';
import type { ObjectInput } from './cluster.js';
import { pointer } from './field.change.js';
import { type JsonObject, textAt } from './json.js';
import { titleOf } from './object.reader.js';
import type { ObjectWriter } from './object.writer.js';

export type AnnotateInput = ObjectInput & {
  /** Null removes the annotation. */
  readonly annotations: Readonly<Record<string, string | null>>;
  /** Default false: another value that is already there is an error. */
  readonly overwrite?: boolean;
};

/** As `kubectl annotate`. Outputs `{changed}`: the names of the annotations that are not as they were. */
export class AnnotateAction implements Action<AnnotateInput> {
  readonly name = 'kubernetes/annotate';

  constructor(private readonly writer: ObjectWriter) {}

  plan(input: AnnotateInput, context: StepContext): Promise<Plan> {
    return this.writer.plan(input, (current) => changesOf(input, current), context);
  }

  async execute(input: AnnotateInput, context: StepContext): Promise<Execution> {
    const { before } = await this.writer.write(input, (current) => changesOf(input, current), context);
    const paths = new Set(before?.fields.map(({ path }) => path));
    const changed = Object.keys(input.annotations).filter((name) => paths.has(pathOf(name)));
    context.log(
      `${titleOf(input)}: ${changed.length === 0 ? 'already annotated so' : `annotated ${changed.join(', ')}`}`,
    );
    return { outputs: { changed }, ...(before && { before }) };
  }

  undo(before: BeforeImage, context: StepContext): Promise<void> {
    return this.writer.undo(before, context);
  }
}

function changesOf(input: AnnotateInput, current: JsonObject): FieldChange[] {
  const wanted = Object.entries(input.annotations).map(([name, value]) => ({
    ...{ name, before: textAt(current, 'metadata', 'annotations', name), after: value ?? undefined },
  }));
  const changes = wanted.filter(({ before, after }) => before !== after);
  const taken = changes.filter(({ before, after }) => before !== undefined && after !== undefined);
  if (taken.length > 0 && input.overwrite !== true) {
    const names = taken.map(({ name }) => name).join(', ');
    throw new StepError(
      'STEP.REJECTED',
      `${titleOf(input)} already has another value for ${names}: set \`overwrite\` to replace it.`,
    );
  }
  return changes.map(({ name, before, after }) => fieldChange(pathOf(name), before, after));
}

function pathOf(name: string): string {
  return pointer('metadata', 'annotations', name);
}
