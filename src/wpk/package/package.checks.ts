import { ACTIONS, validateLiteralInput } from '../actions/catalogue.js';
import { parseDurationMs } from '../duration.js';
import { checkInputsSchema } from '../inputs/inputs.schema.js';
import { childPointer } from '../json.js';
import type { WpkProblem } from '../wpk.error.js';
import type { PackageDocument, StepDocument } from './package.document.js';

const HOUR_MS = 3_600_000;
const STEP_LISTS = ['steps', 'onFailure', 'finally'] as const;

/** A step with its place in the document. */
export interface PlacedStep {
  readonly step: StepDocument;
  readonly pointer: string;
}

/** The steps of all lists, in the order of the document. */
export function placedSteps({ spec }: PackageDocument): PlacedStep[] {
  return STEP_LISTS.flatMap((list) =>
    (spec[list] ?? []).map((step, index) => ({ step, pointer: `/spec/${list}/${index}` })),
  );
}

/** What a JSON Schema cannot say of a document, expressions aside. */
export function checkPackage(document: PackageDocument): WpkProblem[] {
  const steps = placedSteps(document);
  const inputs = checkInputsSchema(document.spec.inputs ?? { type: 'object' });
  return [
    ...inputs.map((problem) => ({ ...problem, pointer: `/spec/inputs${problem.pointer}` })),
    ...checkDurations(document, steps),
    ...checkNames(steps),
    ...steps.flatMap(({ step, pointer }) => checkNeeds(step, pointer, document)),
    ...steps.flatMap(checkWith),
  ];
}

function checkNames(steps: readonly PlacedStep[]): WpkProblem[] {
  const first = new Map<string, string>();
  return steps.flatMap(({ step, pointer }) => {
    const earlier = first.get(step.name);
    if (earlier === undefined) first.set(step.name, pointer);
    const detail = `The name '${step.name}' is already taken by ${earlier ?? ''}.`;
    return earlier === undefined ? [] : [{ pointer: `${pointer}/name`, detail, hint: 'Give each step its own name.' }];
  });
}

function checkNeeds(step: StepDocument, pointer: string, { spec }: PackageDocument): WpkProblem[] {
  const list = STEP_LISTS.find((name) => pointer.startsWith(`/spec/${name}/`)) ?? 'steps';
  const others = new Set((spec[list] ?? []).map(({ name }) => name).filter((name) => name !== step.name));
  const needs = step.needs ?? [];
  return needs.flatMap((name, index) =>
    others.has(name)
      ? []
      : [{ pointer: `${pointer}/needs/${index}`, detail: `There is no other step '${name}' in ${list}.` }],
  );
}

function checkWith({ step, pointer }: PlacedStep): WpkProblem[] {
  // An action of a later version is no mistake of the document: requireSupported names it.
  if (!ACTIONS.has(step.uses)) return [];
  const inside = childPointer(pointer, 'with');
  return validateLiteralInput(step.uses, step.with ?? {}).map((problem) => ({
    ...problem,
    pointer: `${inside}${problem.pointer}`,
    detail: `${step.uses}: ${problem.detail}`,
  }));
}

function checkDurations({ spec }: PackageDocument, steps: readonly PlacedStep[]): WpkProblem[] {
  const { timeouts } = spec;
  return [
    ...checkDuration('/spec/timeouts/run', timeouts?.run, 168 * HOUR_MS),
    ...checkDuration('/spec/timeouts/queue', timeouts?.queue, 168 * HOUR_MS),
    ...checkDuration('/spec/timeouts/step', timeouts?.step, 24 * HOUR_MS),
    ...steps.flatMap(({ step, pointer }) => [
      ...checkDuration(`${pointer}/timeout`, step.timeout, 24 * HOUR_MS),
      ...checkDuration(`${pointer}/retry/backoff/initial`, step.retry?.backoff?.initial, HOUR_MS),
      ...checkDuration(`${pointer}/retry/backoff/cap`, step.retry?.backoff?.cap, 24 * HOUR_MS),
    ]),
  ];
}

function checkDuration(pointer: string, text: string | undefined, maxMs: number): WpkProblem[] {
  if (text === undefined) return [];
  const ms = parseDurationMs(text) ?? 0;
  if (ms >= 1 && ms <= maxMs) return [];
  return [{ pointer, detail: `The duration '${text}' is not between 1ms and ${maxMs / HOUR_MS}h.` }];
}
