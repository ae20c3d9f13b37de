import fc from 'fast-check';

import type { Random } from '../mutations.js';
import { isObject, listOf, objectAt } from './json.js';
import type { Schema } from './schema.js';

const MAX_ITEMS = 4;
const MAX_TEXT = 80;
const arbitraries = new WeakMap<Schema, fc.Arbitrary<unknown>>();

/** A value that fits the schema. */
export function draw(schema: Schema, random: Random): unknown {
  const [value] = fc.sample(arbitraryOf(schema), { numRuns: 1, seed: random.below(2 ** 31) });
  return value;
}

function arbitraryOf(schema: Schema): fc.Arbitrary<unknown> {
  const known = arbitraries.get(schema) ?? build(schema);
  arbitraries.set(schema, known);
  return known;
}

function build(schema: Schema): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...listOf(schema['enum']));
  const choices = listOf(schema['anyOf'] ?? schema['oneOf']).filter(isObject);
  if (choices.length > 0) return fc.oneof(...choices.map(arbitraryOf));
  const parts = listOf(schema['allOf']).filter(isObject);
  if (parts.length > 0) return merged([...parts, { ...schema, allOf: undefined }].map(arbitraryOf));
  switch (schema['type']) {
    case 'string':
      return texts(schema);
    case 'integer':
    case 'number':
      return numbers(schema);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(arbitraryOf(objectAt(schema, 'items')), {
        minLength: bound(schema, 'minItems', 0),
        maxLength: Math.max(bound(schema, 'minItems', 0), Math.min(bound(schema, 'maxItems', MAX_ITEMS), MAX_ITEMS)),
      });
    case 'object':
      return objects(schema);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function texts(schema: Schema): fc.Arbitrary<string> {
  const [minLength, maxLength] = [bound(schema, 'minLength', 0), bound(schema, 'maxLength', MAX_TEXT)];
  const { pattern, format } = schema;
  const any = fc.string({ unit: 'grapheme', minLength, maxLength: Math.max(minLength, Math.min(maxLength, MAX_TEXT)) });
  if (typeof pattern === 'string') {
    const matching = new RegExp(pattern, 'u');
    const limit = bound(schema, 'maxLength', Infinity);
    return (matchingArbitrary(matching) ?? any).filter(
      (text) => matching.test(text) && text.length >= minLength && text.length <= limit,
    );
  }
  if (format === 'uuid') return fc.uuid();
  if (format === 'byte') return fc.base64String({ maxLength: MAX_TEXT });
  if (format === 'date-time') {
    const [min, max] = [new Date('2000-01-01'), new Date('2100-01-01')];
    return fc.date({ min, max, noInvalidDate: true }).map((date) => date.toISOString());
  }
  return any;
}

/** Undefined where fast-check cannot make texts of a pattern: it knows `\\p{…}` only in part. */
function matchingArbitrary(pattern: RegExp): fc.Arbitrary<string> | undefined {
  try {
    return fc.stringMatching(pattern, { size: 'small' });
  } catch {
    return undefined;
  }
}

function numbers(schema: Schema): fc.Arbitrary<number> {
  const [min, max] = [bound(schema, 'minimum', -1000), bound(schema, 'maximum', 1000)];
  return schema['type'] === 'integer' ? fc.integer({ min, max }) : fc.double({ min, max, noNaN: true });
}

function objects(schema: Schema): fc.Arbitrary<object> {
  const members = Object.entries(objectAt(schema, 'properties')).filter(([, member]) => isObject(member));
  const required = listOf(schema['required']).map(String);
  const named = fc.record(Object.fromEntries(members.map(([name, member]) => [name, arbitraryOf(member as Schema)])), {
    requiredKeys: required,
    noNullPrototype: true,
  });
  const others = schema['additionalProperties'];
  if (others === undefined || others === false) return named;
  const value = isObject(others) ? arbitraryOf(others) : fc.jsonValue({ maxDepth: 2 });
  // Its own prototype would not come back from JSON.
  const free = fc.dictionary(fc.string({ minLength: 1, maxLength: 12 }), value, { maxKeys: 3, noNullPrototype: true });
  return merged([free, named]) as fc.Arbitrary<object>;
}

function merged(parts: readonly fc.Arbitrary<unknown>[]): fc.Arbitrary<unknown> {
  return fc.tuple(...parts).map((values) => Object.assign({}, ...values) as object);
}

function bound(schema: Schema, name: string, otherwise: number): number {
  const value = schema[name];
  return typeof value === 'number' ? value : otherwise;
}
