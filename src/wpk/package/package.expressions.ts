import { ACTIONS } from '../actions/catalogue.js';
import type { ScopeName } from '../expressions/cel.environment.js';
import { compileExpression, type Expression } from '../expressions/expression.js';
import type { Reference } from '../expressions/references.js';
import { expressionOf, isMixedText } from '../expressions/resolve.js';
import { isJsonObject, jsonPlaces } from '../json.js';
import { WpkError, type WpkProblem } from '../wpk.error.js';
import { type ExpressionPlace, expressionPlaces } from './expression.places.js';
import { placedSteps } from './package.checks.js';
import type { PackageDocument } from './package.document.js';

/** Members of `run` in expressions. */
export const RUN_FIELDS = ['id', 'workflow', 'version'] as const;

/** Members of `steps.<name>` in expressions. */
export const STEP_FIELDS = ['outputs', 'state'] as const;

/** Every `${{ }}` of a document: it parses, has the right type, stands where it is evaluated, and names only what is known there. */
export function checkExpressions(document: PackageDocument): WpkProblem[] {
  const places = expressionPlaces(document);
  const known = new KnownNames(document);
  return [...places.flatMap((place) => checkPlace(place, known)), ...strayExpressions(document, places)];
}

function checkPlace(place: ExpressionPlace, known: KnownNames): WpkProblem[] {
  const problems: WpkProblem[] = [];
  for (const { pointer, value } of jsonPlaces(place.value, place.pointer)) {
    if (typeof value !== 'string') continue;
    if (isMixedText(value)) problems.push(mixedText(pointer));
    const source = expressionOf(value);
    if (source !== undefined) {
      problems.push(...checkSource(source, place, known).map((found) => ({ ...found, pointer })));
    }
  }
  return problems;
}

function mixedText(pointer: string): WpkProblem {
  return {
    pointer,
    detail: 'A value is one expression as a whole, or plain text; the two do not mix.',
    hint: "Join inside the expression: ${{ 'text ' + string(inputs.value) }}.",
  };
}

type Finding = Omit<WpkProblem, 'pointer'>;

function checkSource(source: string, place: ExpressionPlace, known: KnownNames): Finding[] {
  try {
    const expression = compileExpression(source);
    return [...checkType(expression, place), ...expression.references.flatMap((used) => known.check(used, place))];
  } catch (cause) {
    if (cause instanceof WpkError) return [...cause.problems];
    throw cause;
  }
}

function checkType({ type }: Expression, { type: expected }: ExpressionPlace): Finding[] {
  if (expected === undefined || type === 'dyn' || type === expected || type.startsWith(`${expected}<`)) return [];
  return [{ detail: `The expression gives ${type}, where ${expected} is needed.` }];
}

/** Texts with `${{` where nothing would evaluate them: what is signed is never silently ignored. */
function strayExpressions({ spec }: PackageDocument, places: readonly ExpressionPlace[]): WpkProblem[] {
  const problems: WpkProblem[] = [];
  for (const { pointer, value } of jsonPlaces(spec, '/spec')) {
    const isKey = pointer.slice(pointer.lastIndexOf('/')).includes('${{');
    const isText = typeof value === 'string' && value.includes('${{');
    if (isKey || (isText && !isInside(pointer, places))) {
      problems.push({ pointer, detail: 'An expression is not evaluated here.' });
    }
  }
  return problems;
}

function isInside(pointer: string, places: readonly ExpressionPlace[]): boolean {
  return places.some((place) => pointer === place.pointer || pointer.startsWith(`${place.pointer}/`));
}

/** What the names of a document lead to. */
class KnownNames {
  private readonly hasTarget: boolean;
  private readonly inputs: ReadonlySet<string>;
  private readonly secrets: ReadonlySet<string>;
  /** Action by step. */
  private readonly actions: ReadonlyMap<string, string>;

  constructor(document: PackageDocument) {
    this.hasTarget = document.spec.target !== undefined;
    this.inputs = new Set(Object.keys(document.spec.inputs?.properties ?? {}));
    this.secrets = new Set(document.spec.secrets?.map(({ name }) => name));
    this.actions = new Map(placedSteps(document).map(({ step }) => [step.name, step.uses]));
  }

  check(reference: Reference, place: ExpressionPlace): Finding[] {
    const { name, path } = reference;
    if (!place.names.has(name)) return [unknown(`'${name}' does not exist here`, place.names)];
    const [member] = path;
    if (name === 'target' && !this.hasTarget) return [{ detail: 'The package has no spec.target.' }];
    if (name === 'steps') return this.checkStep(path, place);
    if (member === undefined) return [];
    const members = this.membersOf(name);
    return members && !members.has(member) ? [unknown(`There is no ${name}.${member}`, members)] : [];
  }

  private membersOf(name: ScopeName): ReadonlySet<string> | undefined {
    if (name === 'inputs') return this.inputs;
    if (name === 'secrets') return this.secrets;
    return name === 'run' ? new Set(RUN_FIELDS) : undefined;
  }

  private checkStep([step, field, output]: readonly string[], { steps }: ExpressionPlace): Finding[] {
    if (step === undefined) return [{ detail: 'A step is named in words: steps.restart or steps["collect-logs"].' }];
    if (!steps.has(step)) {
      const why = this.actions.has(step)
        ? `The step '${step}' does not come before this place`
        : `There is no step '${step}'`;
      return [unknown(why, steps)];
    }
    const fields: ReadonlySet<string> = new Set(STEP_FIELDS);
    if (field !== undefined && !fields.has(field)) return [unknown(`A step has no '${field}'`, fields)];
    const outputs = field === 'outputs' ? this.outputsOf(step) : undefined;
    const isUnknown = output !== undefined && outputs?.has(output) === false;
    return isUnknown ? [unknown(`${this.actions.get(step) ?? ''} has no output '${output}'`, outputs)] : [];
  }

  private outputsOf(step: string): ReadonlySet<string> | undefined {
    const properties = ACTIONS.get(this.actions.get(step) ?? '')?.output['properties'];
    return isJsonObject(properties) ? new Set(Object.keys(properties)) : undefined;
  }
}

function unknown(detail: string, known: ReadonlySet<string>): Finding {
  return {
    detail: `${detail}.`,
    hint: known.size === 0 ? 'Nothing is known here.' : `Known here: ${[...known].join(', ')}.`,
  };
}
