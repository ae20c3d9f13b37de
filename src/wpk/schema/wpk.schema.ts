import { readFileSync } from 'node:fs';

import type { ValidateFunction } from 'ajv/dist/2020.js';

import { isJsonObject, type JsonObject } from '../json.js';
import type { WpkProblem } from '../wpk.error.js';
import { createAjv, problemsOf } from './validator.js';

let schema: JsonObject | undefined;
let validate: ValidateFunction | undefined;

/** The JSON Schema of the package format, as GET /v1/schemas/wpk serves it. */
export function wpkSchema(): JsonObject {
  return (schema ??= load());
}

function load(): JsonObject {
  const value: unknown = JSON.parse(readFileSync(new URL('../wpk.schema.json', import.meta.url), 'utf8'));
  if (!isJsonObject(value)) throw new Error('wpk.schema.json is no object');
  return value;
}

/** What is wrong with a document by the JSON Schema; empty when nothing is. */
export function validateDocument(document: unknown): WpkProblem[] {
  validate ??= createAjv().compile(wpkSchema());
  return validate(document) ? [] : problemsOf(validate);
}
