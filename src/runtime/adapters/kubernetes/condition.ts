import { listAt, textAt } from './json.js';

/** The condition of a type, whose case does not matter (as for `kubectl wait`), in `status.conditions`. */
export function conditionOf(object: unknown, type: string): unknown {
  const wanted = type.toLowerCase();
  return listAt(object, 'status', 'conditions').find((known) => textAt(known, 'type')?.toLowerCase() === wanted);
}
