import type { ValidateFunction } from 'ajv/dist/2020.js';

import { expressionOf } from '../expressions/resolve.js';
import { childPointer } from '../json.js';
import { createAjv, problemsOf } from '../schema/validator.js';
import type { WpkProblem } from '../wpk.error.js';
import type { ActionDescriptor } from './action.descriptor.js';
import { KUBERNETES_READ } from './kubernetes.read.js';
import { KUBERNETES_WRITE } from './kubernetes.write.js';

/** Every action that this version of Atom can execute, by name; GET /v1/schemas/actions publishes it. */
export const ACTIONS: ReadonlyMap<string, ActionDescriptor> = new Map(
  [...KUBERNETES_READ, ...KUBERNETES_WRITE].map((action) => [action.name, action]),
);

const validators = new Map<string, ValidateFunction>();

/**
 * What is wrong with the input of an action, all expressions resolved; empty when nothing is.
 * An unknown action is one problem at the root.
 */
export function validateActionInput(name: string, input: unknown): WpkProblem[] {
  const action = ACTIONS.get(name);
  if (!action) return [{ pointer: '', detail: `The action '${name}' is unknown.` }];
  let validate = validators.get(name);
  if (!validate) {
    validate = createAjv().compile(action.input);
    validators.set(name, validate);
  }
  return validate(input) ? [] : problemsOf(validate);
}

/** The same before a run: an expression stands for a value of any type, so only what is literal is judged. */
export function validateLiteralInput(name: string, input: Readonly<Record<string, unknown>>): WpkProblem[] {
  const open = Object.entries(input).filter(([, value]) => holdsExpression(value));
  const places = open.map(([key]) => childPointer('', key));
  const isOpen = ({ pointer }: WpkProblem): boolean =>
    places.some((place) => pointer === place || pointer.startsWith(`${place}/`));
  return validateActionInput(name, input).filter((problem) => !isOpen(problem));
}

function holdsExpression(value: unknown): boolean {
  if (typeof value === 'string') return expressionOf(value) !== undefined;
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsExpression);
}
