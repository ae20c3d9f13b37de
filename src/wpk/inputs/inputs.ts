import { isJsonObject } from '../json.js';
import type { InputsSchema } from '../package.js';
import type { WpkProblem } from '../wpk.error.js';
import { compileInputs, type InputsCheck } from './inputs.schema.js';

export interface CheckedInputs {
  /** The inputs with defaults applied: what a run records. Meaningful only without problems. */
  readonly value: Readonly<Record<string, unknown>>;
  /** Pointers into the inputs. */
  readonly problems: readonly WpkProblem[];
}

const checks = new WeakMap<InputsSchema, InputsCheck>();

/** Checks the inputs of a run and applies defaults to a copy. */
export function validateInputs(schema: InputsSchema, inputs: unknown): CheckedInputs {
  let check = checks.get(schema);
  if (!check) {
    check = compileInputs(schema);
    checks.set(schema, check);
  }
  const value: unknown = structuredClone(inputs ?? {});
  const problems = check(value);
  return { value: isJsonObject(value) ? value : {}, problems };
}
