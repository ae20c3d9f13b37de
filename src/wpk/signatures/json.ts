import { isJsonObject } from '../json.js';
import { readJson } from '../reader/json.reader.js';

/** JSON text from outside as a value of unknown shape; what the strict reader refuses it throws as its own error. */
export function parseJson(text: string): unknown {
  return readJson(Buffer.from(text, 'utf8')).value;
}

/** The value at a path of member names, or undefined where the path leaves the objects. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (node, name) => (isJsonObject(node) && Object.hasOwn(node, name) ? node[name] : undefined),
    value,
  );
}
