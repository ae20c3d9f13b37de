import { isDeepStrictEqual } from 'node:util';

import type { FieldChange } from '../adapter.js';
import { isJsonObject, type JsonObject } from './json.js';

/** RFC 6901. */
export function pointer(...names: readonly string[]): string {
  return names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function namesOf(path: string): string[] {
  const parts = path.split('/').slice(1);
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The value at a pointer; members of objects only, no list elements. */
export function valueAt(object: unknown, path: string): unknown {
  return namesOf(path).reduce<unknown>((found, name) => {
    return isJsonObject(found) && Object.hasOwn(found, name) ? found[name] : undefined;
  }, object);
}

/** A merge patch (RFC 7386) that sets the fields to their `after`; a field without one is removed. */
export function mergePatchOf(changes: readonly FieldChange[]): JsonObject {
  const patch: Record<string, unknown> = {};
  for (const { path, after } of changes) {
    const names = namesOf(path);
    const last = names.pop() ?? '';
    let place = patch;
    for (const name of names) {
      const next = (place[name] ??= {}) as Record<string, unknown>;
      place = next;
    }
    place[last] = after ?? null;
  }
  return patch;
}

/** Fields that the API server itself moves with every write. */
const BOOKKEEPING: ReadonlySet<string> = new Set([
  '/metadata/resourceVersion',
  '/metadata/generation',
  '/metadata/managedFields',
]);

/** The fields in which two states of an object differ, in the order of their pointers. Lists are compared as a whole. */
export function diffFields(before: unknown, after: unknown, path = ''): FieldChange[] {
  if (BOOKKEEPING.has(path) || isDeepStrictEqual(before, after)) return [];
  const names = [...new Set([...namesIn(before), ...namesIn(after)])].sort();
  if (names.length > 0 && isObjectOrAbsent(before) && isObjectOrAbsent(after)) {
    return names.flatMap((name) => diffFields(before?.[name], after?.[name], path + pointer(name)));
  }
  return [fieldChange(path, before, after)];
}

function namesIn(value: unknown): string[] {
  return isJsonObject(value) ? Object.keys(value) : [];
}

/** An object that comes or goes is shown field by field, like one that changes. */
function isObjectOrAbsent(value: unknown): value is JsonObject | undefined {
  return value === undefined || isJsonObject(value);
}

export function fieldChange(path: string, before: unknown, after: unknown): FieldChange {
  return { path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}
