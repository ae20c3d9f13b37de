import type { ValidateFunction } from 'ajv/dist/2020.js';

import { isJsonObject } from '../json.js';
import type { InputsSchema } from '../package.js';
import { problemsOf } from '../schema/validator.js';
import type { WpkProblem } from '../wpk.error.js';
import { compileInputs } from './inputs.schema.js';

export interface CheckedInputs {
  /** The inputs with defaults applied: what a run records. Meaningful only without problems. */
  readonly value: Readonly<Record<string, unknown>>;
  /** Pointers into the inputs. */
  readonly problems: readonly WpkProblem[];
}

const validators = new WeakMap<InputsSchema, ValidateFunction>();

/** Checks the inputs of a run and applies defaults to a copy. */
export function validateInputs(schema: InputsSchema, inputs: unknown): CheckedInputs {
  let validate = validators.get(schema);
  if (!validate) {
    validate = compileInputs(schema);
    validators.set(schema, validate);
  }
  const value: unknown = structuredClone(inputs ?? {});
  const problems = validate(value) ? [] : problemsOf(validate);
  return { value: isJsonObject(value) ? value : {}, problems };
}
