import { copy } from '../json.js';
import { isObject, type JsonObject } from '../objects.js';

/** RFC 7386: objects are merged, null deletes, anything else (lists too) replaces. The arguments are not changed. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return copy(patch);
  const result: JsonObject = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(result, name);
    else setOwn(result, name, mergePatch(result[name], value));
  }
  return result;
}

/** Defines instead of assigning, so that a field called `__proto__` is data like any other. */
export function setOwn(target: JsonObject, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
}
