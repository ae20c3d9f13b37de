import type { Ajv2020, Options, ValidateFunction } from 'ajv/dist/2020.js';

import { isJsonObject, type JsonObject } from '../json.js';
import { patternSize } from '../pattern.size.js';
import { createAjv, FORMATS, problemsOf } from '../schema/validator.js';
import type { WpkProblem } from '../wpk.error.js';
import { AuthorPatterns, PatternWorkError } from './author.patterns.js';
import { defaultsSchema } from './defaults.schema.js';
import { INPUT_LIMITS } from './limits.js';
import { type SchemaPlace, schemaPlaces } from './schema.places.js';

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
        // Of plain values: each given object would be compared with each of the list, and no form shows one.
        enum: {
          type: 'array',
          minItems: 1,
          maxItems: 200,
          items: { type: ['string', 'number', 'boolean', 'null'] },
        },
        const: true,
        minimum: { type: 'number' },
        maximum: { type: 'number' },
        exclusiveMinimum: { type: 'number' },
        exclusiveMaximum: { type: 'number' },
        multipleOf: { type: 'number', exclusiveMinimum: 0 },
        minLength: size,
        maxLength: size,
        pattern: { type: 'string', maxLength: INPUT_LIMITS.patternLength },
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

let validateMeta: ValidateFunction | undefined;

/**
 * What is wrong with `spec.inputs`: outside the subset, too many schemas, patterns that are not RE2 or too large, a required input
 * that is not declared, a default that breaks its own schema. Pointers start at `spec.inputs`.
 */
export function checkInputsSchema(schema: unknown): WpkProblem[] {
  validateMeta ??= createAjv().compile(INPUTS_META_SCHEMA);
  if (!validateMeta(schema)) return problemsOf(validateMeta);
  if (!isJsonObject(schema)) return [];
  const places = schemaPlaces(schema, INPUT_LIMITS.schemas + 1);
  const surplus = places[INPUT_LIMITS.schemas];
  if (surplus) return [tooManySchemas(surplus)];
  const patterns = new AuthorPatterns();
  const problems = [...places.flatMap(checkRequired), ...checkPatterns(places, patterns)];
  return problems.length > 0 ? problems : checkUse(schema, patterns);
}

function tooManySchemas({ pointer }: SchemaPlace): WpkProblem {
  return {
    pointer,
    detail: `spec.inputs has more than ${INPUT_LIMITS.schemas} schemas, those of members and items included.`,
    hint: 'Ask for less, or take what belongs together as one text or one list.',
  };
}

function checkRequired({ schema, pointer }: SchemaPlace): WpkProblem[] {
  const declared = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const required: unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
  const undeclared = required.filter((name) => typeof name === 'string' && !Object.hasOwn(declared, name));
  return undeclared.map((name) => ({
    pointer: `${pointer}/required`,
    detail: `The input '${String(name)}' is required but not declared under properties.`,
  }));
}

/** Each pattern is measured before it is compiled, each once however often it stands there. */
function checkPatterns(places: readonly SchemaPlace[], patterns: AuthorPatterns): WpkProblem[] {
  const sizes = new Map<string, number>();
  const problems: WpkProblem[] = [];
  let size = 0;
  for (const { schema, pointer } of places) {
    const { pattern } = schema;
    if (typeof pattern !== 'string' || sizes.has(pattern)) continue;
    sizes.set(pattern, patternSize(pattern));
    size += sizes.get(pattern) ?? 0;
    if (size > INPUT_LIMITS.patternSize) return [...problems, tooLargePattern(`${pointer}/pattern`)];
    problems.push(...checkPattern(pattern, pointer, patterns));
  }
  return problems;
}

function tooLargePattern(pointer: string): WpkProblem {
  return {
    pointer,
    detail: `The patterns of spec.inputs need more than ${INPUT_LIMITS.patternSize} instructions, up to this one.`,
    hint: 'Repeat less often: in place of a{1,900} write a+ and a maxLength. Ranges of letters beyond ASCII count more under (?i).',
  };
}

function checkPattern(pattern: string, pointer: string, patterns: AuthorPatterns): WpkProblem[] {
  try {
    patterns.compile(pattern);
    return [];
  } catch (cause) {
    return [unusable(pointer, cause)];
  }
}

/** The schema must compile as a run's inputs will, and its defaults must keep it. */
function checkUse(schema: JsonObject, patterns: AuthorPatterns): WpkProblem[] {
  const defaults = defaultsSchema(schema);
  try {
    compileInputs(schema, patterns);
    // Inlining what is referred to would compile a schema once for each schema around it.
    const validate = createAuthorAjv(patterns, { inlineRefs: false }).compile(defaults.schema);
    if (patterns.metered(() => validate(defaults.value))) return [];
    return problemsOf(validate).map((problem) => defaults.toAuthor(problem));
  } catch (cause) {
    return [cause instanceof PatternWorkError ? tooMuchMatching() : unusable('', cause)];
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

function tooMuchMatching(): WpkProblem {
  return {
    pointer: '',
    detail: 'The texts are too long for the patterns that check them.',
    hint: 'Make the texts shorter, or let the patterns repeat less often.',
  };
}

function createAuthorAjv(patterns: AuthorPatterns, options: Options): Ajv2020 {
  return createAjv({ keywords: ['x-atom-sensitive'], code: { regExp: patterns.regExp }, ...options });
}

/** Checks the inputs of a run and applies defaults to them. What is wrong: pointers into the inputs. */
export type InputsCheck = (inputs: unknown) => WpkProblem[];

/**
 * The check of a run's inputs: unknown inputs are refused even where the schema forgot to say so, defaults are applied.
 * Each compilation has its own ajv, so that no author's schema stays in a shared cache.
 */
export function compileInputs(schema: object, patterns = new AuthorPatterns()): InputsCheck {
  const validate = createAuthorAjv(patterns, { useDefaults: true }).compile({ ...schema, additionalProperties: false });
  return (inputs) => {
    try {
      return patterns.metered(() => validate(inputs)) ? [] : problemsOf(validate);
    } catch (cause) {
      if (cause instanceof PatternWorkError) return [tooMuchMatching()];
      throw cause;
    }
  };
}
