import { ApiError, type StatusCause } from '../api.error.js';
import { copy } from '../json.js';
import { asJson, isObject, type JsonObject, type KubeObject, type ManagedFields } from '../objects.js';
import { listRule } from '../patch/list-keys.js';
import { setOwn } from '../patch/merge-patch.js';
import { isSameOwner, ownerEntry, restrict, setOwners } from './field.owners.js';
import { type FieldPath, formatPath, itemStep, leavesOf, pathsOf, stepsOf } from './field.paths.js';

export interface Application {
  readonly manager: string;
  readonly force: boolean;
  readonly at: Date;
  readonly subresource?: string;
}

/**
 * Server-side apply (KEP-555) with ownership per leaf: `config` becomes true, what its manager owned and no longer names
 * goes, and a leaf that another manager owns with another value is a conflict unless forced.
 * @returns the merged object with its new owners; the arguments are not changed
 * @throws ApiError 409 with one cause per conflicting field
 */
export function serverSideApply(
  current: KubeObject | undefined,
  config: KubeObject,
  application: Application,
): KubeObject {
  const { manager, subresource } = application;
  const identity = { manager, operation: 'Apply' as const, ...(subresource !== undefined && { subresource }) };
  const owners = current?.metadata.managedFields ?? [];
  const own = owners.find((entry) => isSameOwner(entry, identity));
  const others = owners.filter((entry) => entry !== own);
  const applied = leavesOf(config);
  const live = current ? leavesOf(current) : new Map<FieldPath, string>();
  const differing = new Set([...applied].filter(([path, value]) => live.get(path) !== value).map(([path]) => path));
  if (!application.force) refuseConflicts(others, differing);

  const merged = copy(current ? (mergeApplied(asJson(current), asJson(config), []) as KubeObject) : config);
  const held = new Set(others.flatMap((entry) => [...pathsOf(entry.fieldsV1)]));
  const dropped = [...(own ? pathsOf(own.fieldsV1) : [])].filter((path) => !applied.has(path) && !held.has(path));
  removeDropped(merged, dropped, [...held, ...applied.keys()]);
  const entry = ownerEntry(identity, config.apiVersion, applied.keys(), application.at, own);
  setOwners(merged, [...others.map((other) => restrict(other, (path) => !differing.has(path))), entry]);
  return merged;
}

function refuseConflicts(others: readonly ManagedFields[], differing: ReadonlySet<FieldPath>): void {
  const causes = others.flatMap((entry): StatusCause[] => {
    const paths = [...pathsOf(entry.fieldsV1)].filter((path) => differing.has(path));
    const message = `conflict with ${JSON.stringify(entry.manager)} using ${entry.apiVersion}`;
    return paths.map((path) => ({ reason: 'FieldManagerConflict', message, field: formatPath(path) }));
  });
  if (causes.length === 0) return;
  const count = causes.length === 1 ? '1 conflict' : `${causes.length} conflicts`;
  const list = causes.map((cause) => `${cause.message}: ${cause.field ?? ''}`).join('\n');
  throw new ApiError(409, 'Conflict', `Apply failed with ${count}: ${list}`, { causes });
}

function mergeApplied(live: unknown, config: unknown, names: readonly string[]): unknown {
  if (isObject(config)) {
    const isAtomic = names.at(-1) === 'selector' || names.at(-1) === 'nodeSelector';
    if (!isObject(live) || isAtomic) return config;
    const result: JsonObject = { ...live };
    for (const [name, value] of Object.entries(config)) {
      setOwn(result, name, mergeApplied(live[name], value, [...names, name]));
    }
    return result;
  }
  const rule = listRule(names);
  if (!Array.isArray(config) || !Array.isArray(live) || !rule || (rule.mergeKey && !rule.mapKeys)) return config;
  const result = [...(live as unknown[])];
  for (const item of config as unknown[]) {
    const at = result.findIndex((known) => itemStep(known, rule) === itemStep(item, rule));
    if (at < 0) result.push(item);
    else result[at] = mergeApplied(result[at], item, names);
  }
  return result;
}

/** A list item goes as a whole unless somebody holds a part of it; its keys go with it only. */
function removeDropped(object: KubeObject, dropped: readonly FieldPath[], kept: readonly FieldPath[]): void {
  const holds = (item: FieldPath): boolean => kept.some((path) => path.startsWith(`${item.slice(0, -1)},`));
  for (const path of dropped) {
    const steps = stepsOf(path);
    const isItem = steps.at(-1) === '.';
    if (isItem && !holds(JSON.stringify(steps.slice(0, -1)))) removePath(asJson(object), steps.slice(0, -1), []);
  }
  for (const path of dropped) {
    const steps = stepsOf(path);
    if (steps.at(-1) !== '.' && !isKeyField(steps)) removePath(asJson(object), steps, []);
  }
}

function isKeyField(steps: readonly string[]): boolean {
  const [item = '', last = ''] = steps.slice(-2);
  return item.startsWith('k:') && Object.hasOwn(JSON.parse(item.slice(2)) as object, last.slice(2));
}

function removePath(container: unknown, steps: readonly string[], names: readonly string[]): void {
  const [step = '', ...rest] = steps;
  if (isObject(container) && step.startsWith('f:')) {
    const name = step.slice(2);
    if (rest.length === 0) Reflect.deleteProperty(container, name);
    else removePath(container[name], rest, [...names, name]);
    // A map or list that this emptied is not kept as an empty one.
    if (rest.length > 0 && isEmpty(container[name])) Reflect.deleteProperty(container, name);
    return;
  }
  const rule = listRule(names);
  if (!Array.isArray(container) || !rule) return;
  const at = container.findIndex((item) => itemStep(item, rule) === step);
  if (at < 0) return;
  if (rest.length === 0) container.splice(at, 1);
  else removePath(container[at], rest, names);
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}
