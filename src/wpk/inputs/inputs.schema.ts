import type { ValidateFunction } from 'ajv/dist/2020.js';

import { childPointer, isJsonObject, type JsonObject } from '../json.js';
import { createAjv, FORMATS, problemsOf } from '../schema/validator.js';
import type { WpkProblem } from '../wpk.error.js';

/*
 * The bounded subset of JSON Schema that `spec.inputs` may use, as a JSON Schema. No reference and no combinator: what a form for
 * the inputs shows is what is checked, and checking costs what reading costs. (uniqueItems is left out because it compares pairs.)
 */
const size: JsonObject = { type: 'integer', minimum: 0, maximum: 1_000_000 };
const properties: JsonObject = {
  type: 'object',
  maxProperties: 100,
  propertyNames: { maxLength: 63, pattern: '^[a-zA-Z_][a-zA-Z0-9_]*$' },
  additionalProperties: { $ref: '#/$defs/value' },
};
const names: JsonObject = { type: 'array', uniqueItems: true, maxItems: 100, items: { type: 'string' } };
const INPUTS_META_SCHEMA: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['type'],
  properties: {
    type: { const: 'object' },
    title: { type: 'string' },
    description: { type: 'string' },
    required: names,
    properties,
    additionalProperties: { const: false },
  },
  $defs: {
    value: {
      type: 'object',
      additionalProperties: false,
      required: ['type'],
      properties: {
        type: { enum: ['string', 'integer', 'number', 'boolean', 'array', 'object'] },
        title: { type: 'string' },
        description: { type: 'string' },
        default: true,
        examples: { type: 'array', maxItems: 20 },
        deprecated: { type: 'boolean' },
        enum: { type: 'array', minItems: 1, maxItems: 200 },
        const: true,
        minimum: { type: 'number' },
        maximum: { type: 'number' },
        exclusiveMinimum: { type: 'number' },
        exclusiveMaximum: { type: 'number' },
        multipleOf: { type: 'number', exclusiveMinimum: 0 },
        minLength: size,
        maxLength: size,
        pattern: { type: 'string', maxLength: 1024 },
        format: { enum: FORMATS },
        items: { $ref: '#/$defs/value' },
        minItems: size,
        maxItems: size,
        properties,
        required: names,
        minProperties: size,
        maxProperties: size,
        additionalProperties: { type: ['boolean', 'object'], if: { type: 'object' }, then: { $ref: '#/$defs/value' } },
        'x-atom-sensitive': { type: 'boolean', description: 'Never stored or shown in clear.' },
      },
    },
  },
};

const KEYWORDS = ['x-atom-sensitive'];
let validateMeta: ValidateFunction | undefined;

/**
 * What is wrong with `spec.inputs`: outside the subset, a pattern that is not RE2, a required input that is not declared, a default
 * that breaks its own schema. Pointers start at `spec.inputs`.
 */
export function checkInputsSchema(schema: unknown): WpkProblem[] {
  validateMeta ??= createAjv().compile(INPUTS_META_SCHEMA);
  if (!validateMeta(schema)) return problemsOf(validateMeta);
  if (!isJsonObject(schema)) return [];
  const problems = checkObject(schema, '');
  return problems.length > 0 ? problems : checkWhole(schema);
}

function checkObject(schema: JsonObject, pointer: string): WpkProblem[] {
  const declared = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const required: unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
  const undeclared = required.filter((name) => typeof name === 'string' && !Object.hasOwn(declared, name));
  return [
    ...undeclared.map((name) => ({
      pointer: `${pointer}/required`,
      detail: `The input '${String(name)}' is required but not declared under properties.`,
    })),
    ...Object.entries(declared).flatMap(([name, value]) =>
      checkValue(value, childPointer(`${pointer}/properties`, name)),
    ),
  ];
}

function checkValue(schema: unknown, pointer: string): WpkProblem[] {
  if (!isJsonObject(schema)) return [];
  const inner = [
    ...checkObject(schema, pointer),
    ...checkValue(schema['items'], `${pointer}/items`),
    ...checkValue(schema['additionalProperties'], `${pointer}/additionalProperties`),
  ];
  return inner.length > 0 ? inner : checkDefault(schema, pointer);
}

/** Tries the default of a value on its own schema. */
function checkDefault(schema: JsonObject, pointer: string): WpkProblem[] {
  const { default: value, pattern } = schema;
  if (value === undefined && pattern === undefined) return [];
  try {
    const validate = createAjv({ keywords: KEYWORDS }).compile(schema);
    if (value === undefined || validate(value)) return [];
    return problemsOf(validate).map((problem) => ({ ...problem, pointer: `${pointer}/default${problem.pointer}` }));
  } catch (cause) {
    return [unusable(pointer, cause)];
  }
}

/** The schema as a whole must compile as a run's inputs will. */
function checkWhole(schema: JsonObject): WpkProblem[] {
  try {
    compileInputs(schema);
    return [];
  } catch (cause) {
    return [unusable('', cause)];
  }
}

function unusable(pointer: string, cause: unknown): WpkProblem {
  const reason = cause instanceof Error ? cause.message : 'unknown reason';
  return {
    pointer,
    detail: `The schema is not usable: ${reason}.`,
    hint: 'Patterns are RE2: no look-around, no backreference.',
  };
}

/**
 * The validator of a run's inputs: unknown inputs are refused even where the schema forgot to say so, defaults are applied.
 * Each compilation has its own ajv, so that no author's schema stays in a shared cache.
 */
export function compileInputs(schema: object): ValidateFunction {
  return createAjv({ useDefaults: true, keywords: KEYWORDS }).compile({ ...schema, additionalProperties: false });
}
