import { isDeepStrictEqual } from 'node:util';

import { childPointer, isJsonObject, type JsonObject } from '../json.js';

/** A field that comes (no `before`), goes (no `after`) or changes. */
export interface FieldChange {
  /** JSON pointer (RFC 6901). */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/**
 * The fields in which two JSON values differ, in the order of their pointers. Lists are compared as a whole; what is at one
 * of `ignored` is not compared.
 */
export function diffFields(
  before: unknown,
  after: unknown,
  path = '',
  ignored: ReadonlySet<string> = new Set(),
): FieldChange[] {
  if (ignored.has(path) || isDeepStrictEqual(before, after)) return [];
  const names = [...new Set([...namesIn(before), ...namesIn(after)])].sort();
  if (names.length > 0 && isObjectOrAbsent(before) && isObjectOrAbsent(after)) {
    return names.flatMap((name) => diffFields(before?.[name], after?.[name], childPointer(path, name), ignored));
  }
  return [fieldChange(path, before, after)];
}

export function fieldChange(path: string, before: unknown, after: unknown): FieldChange {
  return { path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}

function namesIn(value: unknown): string[] {
  return isJsonObject(value) ? Object.keys(value) : [];
}

/** An object that comes or goes is shown field by field, like one that changes. */
function isObjectOrAbsent(value: unknown): value is JsonObject | undefined {
  return value === undefined || isJsonObject(value);
}
