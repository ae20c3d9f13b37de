import { copy, isEqual } from '../json.js';
import { type KubeObject, type ManagedFields, timestamp } from '../objects.js';
import { type FieldPath, leavesOf, pathsOf, treeOf } from './field.paths.js';

interface Writer {
  readonly manager?: string;
  readonly subresource?: string;
  /** Server-side apply has worked the owners out already. */
  readonly keepManagedFields?: boolean;
}

/** Notes in `metadata.managedFields` that every leaf that a write changed belongs to its manager alone from now on. */
export function recordFields(next: KubeObject, previous: KubeObject | undefined, at: Date, writer: Writer): void {
  if (writer.keepManagedFields) return;
  const known = previous?.metadata.managedFields ?? [];
  if (writer.manager === undefined) {
    setOwners(next, known);
    return;
  }
  const before = previous ? leavesOf(previous) : new Map<FieldPath, string>();
  const after = leavesOf(next);
  const changed = new Set([...after].filter(([path, value]) => before.get(path) !== value).map(([path]) => path));
  const identity = {
    manager: writer.manager,
    operation: 'Update' as const,
    ...(writer.subresource !== undefined && { subresource: writer.subresource }),
  };
  const own = known.find((entry) => isSameOwner(entry, identity));
  const others = known.filter((entry) => entry !== own);
  const kept = others.map((entry) => restrict(entry, (path) => after.has(path) && !changed.has(path)));
  const mine = [...(own ? pathsOf(own.fieldsV1) : [])].filter((path) => after.has(path));
  const entry = ownerEntry(identity, next.apiVersion, [...mine, ...changed], at, own);
  setOwners(next, [...kept, entry]);
}

export function isSameOwner(
  entry: ManagedFields,
  other: Pick<ManagedFields, 'manager' | 'operation' | 'subresource'>,
): boolean {
  const isSame = entry.manager === other.manager && entry.operation === other.operation;
  return isSame && entry.subresource === other.subresource;
}

/** Its time moves only when its fields do, so that the same intent twice is no change. */
export function ownerEntry(
  identity: Pick<ManagedFields, 'manager' | 'operation' | 'subresource'>,
  apiVersion: string,
  paths: Iterable<FieldPath>,
  at: Date,
  previous: ManagedFields | undefined,
): ManagedFields {
  const fieldsV1 = treeOf([...new Set(paths)].sort());
  const isSame = previous !== undefined && isEqual(previous.fieldsV1, fieldsV1);
  const time = isSame ? previous.time : timestamp(at);
  return { ...identity, apiVersion, time, fieldsType: 'FieldsV1', fieldsV1 };
}

export function restrict(entry: ManagedFields, keep: (path: FieldPath) => boolean): ManagedFields {
  const paths = [...pathsOf(entry.fieldsV1)];
  const kept = paths.filter(keep);
  return kept.length === paths.length ? entry : { ...entry, fieldsV1: treeOf(kept) };
}

export function setOwners(object: KubeObject, entries: readonly ManagedFields[]): void {
  const used = entries.filter((entry) => Object.keys(entry.fieldsV1).length > 0);
  if (used.length > 0) object.metadata.managedFields = copy(used);
  else delete object.metadata.managedFields;
}
