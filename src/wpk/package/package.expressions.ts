import { ACTIONS } from '../actions/catalogue.js';
import type { ScopeName } from '../expressions/cel.environment.js';
import { compileExpression, type Expression } from '../expressions/expression.js';
import type { Reference } from '../expressions/references.js';
import { expressionOf, isMixedText } from '../expressions/resolve.js';
import { isJsonObject, jsonPlaces } from '../json.js';
import { WpkError, type WpkProblem } from '../wpk.error.js';
import { ExpressionBudget } from './expression.budget.js';
import { type ExpressionPlace, expressionPlaces } from './expression.places.js';
import { placedSteps } from './package.checks.js';
import type { PackageDocument } from './package.document.js';

/** Members of `run` in expressions. */
export const RUN_FIELDS = ['id', 'workflow', 'version'] as const;

/** Members of `steps.<name>` in expressions. */
export const STEP_FIELDS = ['outputs', 'state'] as const;

/** More than are ever shown: a hostile document has thousands, and each names all that is known. */
const MAX_PROBLEMS = 100;

/** Every `${{ }}` of a document: it parses, has the right type, stands where it is evaluated, and names only what is known there. */
export function checkExpressions(document: PackageDocument): WpkProblem[] {
  const places = expressionPlaces(document);
  const checker = new ExpressionChecker(new KnownNames(document));
  for (const place of places) {
    if (!checker.check(place)) return checker.problems;
  }
  return [...checker.problems, ...strayExpressions(document, places)];
}

class ExpressionChecker {
  readonly problems: WpkProblem[] = [];
  private readonly budget = new ExpressionBudget();

  constructor(private readonly known: KnownNames) {}

  /** Whether to go on: not when a limit of the whole package was passed. */
  check(place: ExpressionPlace): boolean {
    for (const { pointer, value } of jsonPlaces(place.value, place.pointer)) {
      if (typeof value !== 'string') continue;
      if (isMixedText(value)) this.problems.push(mixedText(pointer));
      const source = expressionOf(value);
      if (source !== undefined && !this.checkSource(source, pointer, place)) return false;
      if (this.problems.length >= MAX_PROBLEMS) return false;
    }
    return true;
  }

  private checkSource(source: string, pointer: string, place: ExpressionPlace): boolean {
    const surplus = this.budget.take(source);
    const { found, patternSize } = surplus.length > 0 ? nothing : checkSource(source, place, this.known);
    const exhausted = [...surplus, ...this.budget.takePatterns(patternSize)];
    this.problems.push(...[...found, ...exhausted].map((finding) => ({ ...finding, pointer })));
    return exhausted.length === 0;
  }
}

function mixedText(pointer: string): WpkProblem {
  return {
    pointer,
    detail: 'A value is one expression as a whole, or plain text; the two do not mix.',
    hint: "Join inside the expression: ${{ 'text ' + string(inputs.value) }}.",
  };
}

type Finding = Omit<WpkProblem, 'pointer'>;

interface CheckedSource {
  readonly found: readonly Finding[];
  readonly patternSize: number;
}

const nothing: CheckedSource = { found: [], patternSize: 0 };

function checkSource(source: string, place: ExpressionPlace, known: KnownNames): CheckedSource {
  try {
    const expression = compileExpression(source);
    const { references, patternSize } = expression;
    const found = checkType(expression, place);
    for (const used of references) {
      if (found.length < MAX_PROBLEMS) found.push(...known.check(used, place));
    }
    return { found, patternSize };
  } catch (cause) {
    if (cause instanceof WpkError) return { ...nothing, found: cause.problems };
    throw cause;
  }
}

function checkType({ type }: Expression, { type: expected }: ExpressionPlace): Finding[] {
  if (expected === undefined || type === 'dyn' || type === expected || type.startsWith(`${expected}<`)) return [];
  return [{ detail: `The expression gives ${type}, where ${expected} is needed.` }];
}

/** Texts with `${{` where nothing would evaluate them: what is signed is never silently ignored. */
function strayExpressions({ spec }: PackageDocument, places: readonly ExpressionPlace[]): WpkProblem[] {
  const evaluated = new Set(places.map(({ pointer }) => pointer));
  const problems: WpkProblem[] = [];
  for (const { pointer, value } of jsonPlaces(spec, '/spec')) {
    const isKey = pointer.slice(pointer.lastIndexOf('/')).includes('${{');
    const isText = typeof value === 'string' && value.includes('${{');
    if (isKey || (isText && !isInside(pointer, evaluated))) {
      problems.push({ pointer, detail: 'An expression is not evaluated here.' });
    }
  }
  return problems;
}

function isInside(pointer: string, places: ReadonlySet<string>): boolean {
  for (let end = pointer.length; end > 0; end = pointer.lastIndexOf('/', end - 1)) {
    if (places.has(pointer.slice(0, end))) return true;
  }
  return false;
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
