import type { ScopeName } from '../expressions/cel.environment.js';
import type { PackageDocument, StepDocument } from './package.document.js';

/** A value of the document whose texts may be expressions. */
export interface ExpressionPlace {
  readonly pointer: string;
  readonly value: unknown;
  readonly names: ReadonlySet<ScopeName>;
  /** Steps that have had their turn when the value is needed. */
  readonly steps: ReadonlySet<string>;
  /** The CEL type that the value must have. */
  readonly type?: 'bool' | 'string' | 'list';
}

const NONE: ReadonlySet<string> = new Set();
const INPUTS: readonly ScopeName[] = ['inputs'];
const AFTER: readonly ScopeName[] = ['inputs', 'steps', 'run', 'target'];
const STEP: readonly ScopeName[] = [...AFTER, 'secrets'];

export function expressionPlaces({ spec }: PackageDocument): ExpressionPlace[] {
  const main = spec.steps.map(({ name }) => name);
  // A target is worked out when the run is asked for: it has no id yet.
  return [
    ...optional('/spec/target', spec.target, INPUTS, NONE, 'string'),
    ...(spec.permissions ?? []).flatMap(({ namespaces }, index) =>
      (namespaces ?? []).map((value, at) =>
        place(`/spec/permissions/${index}/namespaces/${at}`, value, INPUTS, NONE, 'string'),
      ),
    ),
    ...optional('/spec/concurrency/key', spec.concurrency?.key, [...INPUTS, 'target'], NONE, 'string'),
    ...(spec.triggers ?? []).flatMap(({ inputs }, index) =>
      optional(`/spec/triggers/${index}/inputs`, inputs, ['event'], NONE),
    ),
    ...stepPlaces('/spec/steps', spec.steps, []),
    ...stepPlaces('/spec/onFailure', spec.onFailure, main),
    ...stepPlaces('/spec/finally', spec.finally, main),
    ...optional('/spec/outputs', spec.outputs, AFTER, new Set(main)),
  ];
}

function stepPlaces(list: string, steps: readonly StepDocument[] = [], before: readonly string[]): ExpressionPlace[] {
  return steps.flatMap((step, index) => {
    const pointer = `${list}/${index}`;
    const earlier = [...before, ...steps.slice(0, index).map(({ name }) => name), ...(step.needs ?? [])];
    const done = new Set(earlier);
    const names: readonly ScopeName[] = step.forEach === undefined ? STEP : [...STEP, 'item', 'index'];
    return [
      ...optional(`${pointer}/forEach`, step.forEach, AFTER, done, 'list'),
      ...optional(`${pointer}/if`, step.if, names, done, 'bool'),
      ...optional(`${pointer}/with`, step.with, names, done),
      ...optional(`${pointer}/rollback/with`, step.rollback?.with, names, new Set([...earlier, step.name])),
    ];
  });
}

function optional(...[pointer, value, names, steps, type]: Parameters<typeof place>): ExpressionPlace[] {
  return value === undefined ? [] : [place(pointer, value, names, steps, type)];
}

function place(
  pointer: string,
  value: unknown,
  names: readonly ScopeName[],
  steps: ReadonlySet<string>,
  type?: ExpressionPlace['type'],
): ExpressionPlace {
  return { pointer, value, names: new Set(names), steps, ...(type === undefined ? {} : { type }) };
}
