import { isEqual } from '../json.js';
import { isObject, type JsonObject } from '../objects.js';
import { type ListRule, listRule } from './list-keys.js';
import { setOwn } from './merge-patch.js';
import { PatchError } from './patch.error.js';

const ORDER = '$setElementOrder/';
const DELETE_VALUES = '$deleteFromPrimitiveList/';

/**
 * Strategic merge patch of a built-in kind: as RFC 7386, but lists with a merge key are merged item by item. Directives:
 * `$patch: delete | replace | merge`, `$retainKeys`, `$setElementOrder/<list>`, `$deleteFromPrimitiveList/<list>`.
 * The arguments are not changed. Rules: the Kubernetes API conventions and `apimachinery/pkg/util/strategicpatch`.
 * @throws PatchError `malformed`
 */
export function strategicPatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) throw new PatchError('malformed', 'a strategic merge patch is an object');
  return mergeObject(isObject(target) ? target : {}, patch, []);
}

function mergeObject(target: JsonObject, patch: JsonObject, path: readonly string[]): JsonObject {
  const directive = patch['$patch'];
  if (directive === 'replace') return plain(patch);
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge') throw unknownDirective(directive);

  const result: JsonObject = { ...retained(target, patch['$retainKeys']) };
  for (const [name, value] of Object.entries(patch)) {
    if (name.startsWith(DELETE_VALUES)) deleteValues(result, name.slice(DELETE_VALUES.length), value);
    else if (name.startsWith('$')) continue;
    else if (value === null) Reflect.deleteProperty(result, name);
    else setOwn(result, name, mergeValue(result[name], value, [...path, name]));
  }
  for (const [name, order] of Object.entries(patch)) {
    if (name.startsWith(ORDER)) sortList(result, name.slice(ORDER.length), order, path);
  }
  return result;
}

function mergeValue(target: unknown, patch: unknown, path: readonly string[]): unknown {
  if (isObject(patch)) return mergeObject(isObject(target) ? target : {}, patch, path);
  if (!Array.isArray(patch)) return patch;
  const rule = listRule(path);
  const items: unknown[] = patch;
  if (!rule || !Array.isArray(target)) return freshList(items, path);
  return rule.mergeKey === undefined ? mergeSet(target, items) : mergeList(target, items, rule.mergeKey, path);
}

/** A list that had nothing to merge with: only what is not a directive stays. */
function freshList(items: readonly unknown[], path: readonly string[]): unknown[] {
  return items
    .filter((item) => !isObject(item) || item['$patch'] === undefined || item['$patch'] === 'merge')
    .map((item) => (isObject(item) ? mergeObject({}, item, path) : item));
}

function mergeSet(target: readonly unknown[], items: readonly unknown[]): unknown[] {
  return [...target, ...items.filter((item) => !target.some((known) => isEqual(known, item)))];
}

function mergeList(target: unknown[], items: unknown[], mergeKey: string, path: readonly string[]): unknown[] {
  if (items.some((item) => isObject(item) && item['$patch'] === 'replace')) return freshList(items, path);
  const result = [...target];
  for (const item of items) {
    if (!isObject(item) || item[mergeKey] === undefined) {
      throw new PatchError(
        'malformed',
        `map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`,
      );
    }
    const at = result.findIndex((known) => isObject(known) && known[mergeKey] === item[mergeKey]);
    const known = result[at];
    if (item['$patch'] === 'delete') {
      if (at >= 0) result.splice(at, 1);
    } else if (isObject(known)) result[at] = mergeObject(known, item, path);
    else result.push(mergeObject({}, item, path));
  }
  return result;
}

function deleteValues(target: JsonObject, name: string, values: unknown): void {
  const list = target[name];
  if (!Array.isArray(list) || !Array.isArray(values)) return;
  target[name] = list.filter((item) => !values.some((value) => isEqual(value, item)));
}

/** Items that the order names stand in its order; an item that only the server knows keeps its place after its neighbour. */
function sortList(target: JsonObject, name: string, order: unknown, path: readonly string[]): void {
  const list = target[name];
  if (!Array.isArray(list) || !Array.isArray(order)) return;
  const rule = listRule([...path, name]);
  const wanted = order.map((item: unknown) => keyOf(item, rule));
  const rank = (item: unknown): number => wanted.findIndex((key) => isEqual(key, keyOf(item, rule)));
  const sorted: unknown[] = list.filter((item) => rank(item) >= 0).sort((a, b) => rank(a) - rank(b));
  list.forEach((item: unknown, position) => {
    if (rank(item) >= 0) return;
    const neighbour = position === 0 ? -1 : sorted.indexOf(list[position - 1] as unknown);
    sorted.splice(neighbour + 1, 0, item);
  });
  target[name] = sorted;
}

function keyOf(item: unknown, rule: ListRule | undefined): unknown {
  return rule?.mergeKey !== undefined && isObject(item) ? item[rule.mergeKey] : item;
}

function retained(target: JsonObject, keys: unknown): JsonObject {
  if (!Array.isArray(keys)) return target;
  return Object.fromEntries(Object.entries(target).filter(([name]) => keys.includes(name)));
}

function plain(patch: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(patch).filter(([name, value]) => !name.startsWith('$') && value !== null));
}

function unknownDirective(directive: unknown): PatchError {
  return new PatchError('malformed', `unknown patch type found: ${String(directive)}`);
}
