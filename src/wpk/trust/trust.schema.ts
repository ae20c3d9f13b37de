import { readFileSync } from 'node:fs';

import type { ValidateFunction } from 'ajv/dist/2020.js';

import { isJsonObject, type JsonObject } from '../json.js';
import { createAjv, problemsOf } from '../schema/validator.js';
import type { WpkProblem } from '../wpk.error.js';

let schema: JsonObject | undefined;
let validate: ValidateFunction | undefined;

/** The JSON Schema of a trust file. */
function trustSchema(): JsonObject {
  return (schema ??= load());
}

function load(): JsonObject {
  const value: unknown = JSON.parse(readFileSync(new URL('./trust.schema.json', import.meta.url), 'utf8'));
  if (!isJsonObject(value)) throw new Error('trust.schema.json is no object');
  return value;
}

/** Fills in defaults. What is wrong by the JSON Schema; empty when nothing is. */
export function validateTrustFile(document: unknown): WpkProblem[] {
  validate ??= createAjv({ useDefaults: true }).compile(trustSchema());
  return validate(document) ? [] : problemsOf(validate);
}
