/** What every Kubernetes object has. Times are RFC 3339 with whole seconds, as the API server writes them. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: unknown;
  status?: unknown;
}

export interface ObjectMeta {
  name: string;
  generateName?: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  managedFields?: ManagedFields[];
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ManagedFields {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  time: string;
  fieldsType: 'FieldsV1';
  fieldsV1: FieldTree;
  subresource?: string;
}

/** FieldsV1: keys are `f:<field>`, `k:{…}` (list item by its keys), `v:<value>` (set member) and `.` (the item itself). */
export interface FieldTree {
  [step: string]: FieldTree;
}

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object as plain JSON, for code that walks fields by name. */
export function asJson(object: KubeObject): JsonObject {
  return object as unknown as JsonObject;
}

/** The value under a chain of field names, or undefined. */
export function field(value: unknown, ...path: string[]): unknown {
  let at = value;
  for (const step of path) {
    if (!isObject(at)) return undefined;
    at = at[step];
  }
  return at;
}

/** The text under a chain of field names, or ''. */
export function textField(value: unknown, ...path: string[]): string {
  const found = field(value, ...path);
  return typeof found === 'string' ? found : '';
}

export function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

export function isOwnedBy(object: KubeObject, owner: KubeObject): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid;
}

export function controllerReference(owner: KubeObject): OwnerReference {
  const { apiVersion, kind } = owner;
  const { name, uid } = owner.metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}
