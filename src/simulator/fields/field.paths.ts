import { type FieldTree, isObject, type JsonObject, type KubeObject } from '../objects.js';
import { KEY_DEFAULTS, type ListRule, listRule } from '../patch/list-keys.js';

/** The steps of one leaf as FieldsV1 writes them, as JSON text so that paths can be compared: `["f:spec","f:replicas"]`. */
export type FieldPath = string;

const NOT_OWNED = [
  'name',
  'namespace',
  'generateName',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
];
/** Maps that belong to one manager as a whole. */
const ATOMIC_MAPS = ['selector', 'nodeSelector', 'fieldRef', 'secretKeyRef', 'configMapKeyRef', 'resourceFieldRef'];

/** Every leaf of an object that somebody can own, with its value as JSON text. */
export function leavesOf(object: KubeObject): Map<FieldPath, string> {
  const leaves = new Map<FieldPath, string>();
  const { metadata, ...rest } = object as unknown as JsonObject;
  const owned = Object.entries(isObject(metadata) ? metadata : {}).filter(([name]) => !NOT_OWNED.includes(name));
  const fields = Object.entries(rest).filter(([name]) => name !== 'apiVersion' && name !== 'kind');
  const all = { ...(owned.length > 0 && { metadata: Object.fromEntries(owned) }), ...Object.fromEntries(fields) };
  collectObject(all, [], [], leaves);
  return leaves;
}

function collect(
  value: unknown,
  steps: readonly string[],
  names: readonly string[],
  into: Map<FieldPath, string>,
): void {
  const isAtomic = ATOMIC_MAPS.includes(names.at(-1) ?? '');
  if (isObject(value) && !isAtomic && Object.keys(value).length > 0) {
    collectObject(value, steps, names, into);
    return;
  }
  const rule = Array.isArray(value) ? listRule(names) : undefined;
  if (!rule || !Array.isArray(value) || (rule.mergeKey !== undefined && !rule.mapKeys)) {
    into.set(JSON.stringify(steps), JSON.stringify(value));
    return;
  }
  for (const item of value) {
    const step = itemStep(item, rule);
    if (!rule.mapKeys || !isObject(item)) into.set(JSON.stringify([...steps, step]), 'true');
    else {
      into.set(JSON.stringify([...steps, step, '.']), 'true');
      collectObject(item, [...steps, step], names, into);
    }
  }
}

function collectObject(
  value: JsonObject,
  steps: readonly string[],
  names: readonly string[],
  into: Map<FieldPath, string>,
): void {
  for (const [name, child] of Object.entries(value)) {
    if (child !== undefined) collect(child, [...steps, `f:${name}`], [...names, name], into);
  }
}

/** How FieldsV1 names one item of a list. */
export function itemStep(item: unknown, rule: ListRule): string {
  if (!rule.mapKeys || !isObject(item)) return `v:${JSON.stringify(item)}`;
  const keys = [...rule.mapKeys].sort().map((key): [string, unknown] => [key, item[key] ?? KEY_DEFAULTS[key]]);
  return `k:${JSON.stringify(Object.fromEntries(keys.filter(([, value]) => value !== undefined)))}`;
}

export function stepsOf(path: FieldPath): string[] {
  return JSON.parse(path) as string[];
}

export function treeOf(paths: Iterable<FieldPath>): FieldTree {
  const root: FieldTree = {};
  for (const path of paths) {
    let at = root;
    for (const step of stepsOf(path)) at = at[step] ??= {};
  }
  return root;
}

export function pathsOf(tree: FieldTree): Set<FieldPath> {
  const paths = new Set<FieldPath>();
  const walk = (node: FieldTree, steps: readonly string[]): void => {
    const children = Object.entries(node);
    if (children.length === 0 && steps.length > 0) paths.add(JSON.stringify(steps));
    for (const [step, child] of children) walk(child, [...steps, step]);
  };
  walk(tree, []);
  return paths;
}

/** As conflict messages show it: `.spec.template.spec.containers[name="web"].image`. */
export function formatPath(path: FieldPath): string {
  return stepsOf(path)
    .filter((step) => step !== '.')
    .map((step) => {
      if (step.startsWith('f:')) return `.${step.slice(2)}`;
      if (step.startsWith('v:')) return `[=${step.slice(2)}]`;
      const keys = Object.entries(JSON.parse(step.slice(2)) as JsonObject);
      return `[${keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
    })
    .join('');
}
