import { diffFields, type FieldChange } from '../../../wpk/index.js';
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
export function diffObjects(before: unknown, after: unknown): FieldChange[] {
  return diffFields(before, after, '', BOOKKEEPING);
}
