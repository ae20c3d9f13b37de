import { copy, isEqual } from '../json.js';
import { isObject } from '../objects.js';
import { PatchError } from './patch.error.js';

/**
 * RFC 6902. Operations are applied in order to a copy; the first that fails throws and nothing is changed.
 * @throws PatchError `malformed` for a patch that is not RFC 6902, `unappliable` when a path or a test does not hold
 */
export function jsonPatch(document: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw new PatchError('malformed', 'a JSON patch is an array of operations');
  return patch.reduce<unknown>((at, operation) => applyOperation(at, operation), copy(document));
}

function applyOperation(document: unknown, operation: unknown): unknown {
  if (!isObject(operation)) throw new PatchError('malformed', 'an operation of a JSON patch is an object');
  const path = pointer(operation, 'path');
  switch (operation['op']) {
    case 'add':
      return add(document, path, valueOf(operation));
    case 'remove':
      return remove(document, path);
    case 'replace':
      read(document, path);
      return path.length === 0 ? valueOf(operation) : add(remove(document, path), path, valueOf(operation));
    case 'move': {
      const from = pointer(operation, 'from');
      const moved = read(document, from);
      return add(remove(document, from), path, moved);
    }
    case 'copy':
      return add(document, path, copy(read(document, pointer(operation, 'from'))));
    case 'test':
      if (!isEqual(read(document, path), valueOf(operation))) {
        throw new PatchError('unappliable', `testing value ${String(operation['path'])} failed`);
      }
      return document;
    default:
      throw new PatchError('malformed', `unexpected op: ${String(operation['op'])}`);
  }
}

function valueOf(operation: Record<string, unknown>): unknown {
  if (!('value' in operation)) throw new PatchError('malformed', `${String(operation['op'])} needs a value`);
  return copy(operation['value']);
}

/** RFC 6901. */
function pointer(operation: Record<string, unknown>, name: 'path' | 'from'): string[] {
  const text = operation[name];
  if (typeof text !== 'string' || (text !== '' && !text.startsWith('/'))) {
    throw new PatchError('malformed', `"${name}" must be a JSON pointer`);
  }
  const steps = text.split('/').slice(1);
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, step) => {
    const found = Array.isArray(at)
      ? (at[index(at, step, at.length - 1)] as unknown)
      : isObject(at)
        ? at[step]
        : undefined;
    if (found === undefined) throw missing(path);
    return found;
  }, document);
}

function add(document: unknown, path: readonly string[], value: unknown): unknown {
  const last = path.at(-1);
  if (last === undefined) return value;
  const parent = read(document, path.slice(0, -1));
  if (Array.isArray(parent)) parent.splice(last === '-' ? parent.length : index(parent, last, parent.length), 0, value);
  else if (isObject(parent)) parent[last] = value;
  else throw missing(path);
  return document;
}

function remove(document: unknown, path: readonly string[]): unknown {
  const last = path.at(-1);
  if (last === undefined) return null;
  read(document, path);
  const parent = read(document, path.slice(0, -1));
  if (Array.isArray(parent)) parent.splice(index(parent, last, parent.length - 1), 1);
  else if (isObject(parent)) Reflect.deleteProperty(parent, last);
  return document;
}

function index(list: readonly unknown[], step: string, highest: number): number {
  const at = /^(0|[1-9]\d*)$/.test(step) ? Number(step) : -1;
  if (at < 0 || at > highest) throw new PatchError('unappliable', `index ${step} is not in a list of ${list.length}`);
  return at;
}

function missing(path: readonly string[]): PatchError {
  return new PatchError('unappliable', `the path /${path.join('/')} does not exist`);
}
