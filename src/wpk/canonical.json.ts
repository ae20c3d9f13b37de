import canonicalize from 'canonicalize';

import { childPointer, isJsonObject } from './json.js';
import { WpkError } from './wpk.error.js';

// The package is CommonJS and its types claim `exports.default`, while what it exports is the function itself.
const serialize = canonicalize as unknown as (value: unknown) => string | undefined;

/** Deeper than any document that the readers let in. */
const MAX_DEPTH = 128;

/**
 * The canonical form of a JSON value (RFC 8785): equal values, equal text.
 *
 * Throws {@link WpkError} `WPK.MALFORMED` for what is not I-JSON (RFC 7493): NaN, Infinity, BigInt, undefined, functions,
 * objects other than plain ones, lone surrogates, cycles, and integers beyond ±(2^53 − 1) that would be written out in digits.
 * A number of at least 1e21 is written with an exponent and says itself that it is rounded; `readJson` refuses it as well,
 * so that no two texts that were read strictly have one canonical form.
 */
export function canonicalJson(value: unknown): string {
  requireJson(value, '', 0);
  const text = serialize(value);
  if (text === undefined) throw refuse('', 'is not a JSON value');
  return text;
}

function requireJson(value: unknown, pointer: string, depth: number): void {
  if (depth > MAX_DEPTH) throw refuse('', `is nested deeper than ${MAX_DEPTH} levels, or contains itself`);
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'string') requireText(value, pointer);
  else if (typeof value === 'number') requireExact(value, pointer);
  else if (Array.isArray(value)) requireItems(value, pointer, depth);
  else if (isJsonObject(value)) requireMembers(value, pointer, depth);
  else throw refuse(pointer, `is a ${typeof value}, which JSON does not have`);
}

function requireItems(list: readonly unknown[], pointer: string, depth: number): void {
  // By index: a hole of a sparse list would be passed over by forEach and written as null.
  for (let index = 0; index < list.length; index++) requireJson(list[index], childPointer(pointer, index), depth + 1);
}

function requireMembers(object: object, pointer: string, depth: number): void {
  const prototype: unknown = Object.getPrototypeOf(object);
  // A Date, a Map or anything with toJSON would be written as something else than it is.
  if ((prototype !== Object.prototype && prototype !== null) || 'toJSON' in object) {
    throw refuse(pointer, 'is not a plain object');
  }
  for (const [name, member] of Object.entries(object)) {
    requireText(name, pointer);
    requireJson(member, childPointer(pointer, name), depth + 1);
  }
}

function requireText(text: string, pointer: string): void {
  if (!text.isWellFormed()) throw refuse(pointer, 'holds half of a surrogate pair');
}

function requireExact(value: number, pointer: string): void {
  if (!Number.isFinite(value)) throw refuse(pointer, `is ${value}, which JSON does not have`);
  if (Number.isInteger(value) && !Number.isSafeInteger(value) && !String(value).includes('e')) {
    throw refuse(pointer, 'is an integer beyond ±(2^53 − 1); write it as a text');
  }
}

function refuse(pointer: string, what: string): WpkError {
  return WpkError.of('WPK.MALFORMED', `${pointer || 'The value'} ${what}.`, { pointer });
}
