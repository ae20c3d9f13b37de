import { randomUUID } from 'node:crypto';

import { ApiError } from './api.error.js';
import type { Clock } from './clock.js';
import { applyDefaults } from './defaults.js';
import { recordFields } from './fields/field.owners.js';
import { copy, isEqual } from './json.js';
import { type Kind, NAMESPACES, PODS } from './kinds.js';
import { randomSuffix } from './names.js';
import { asJson, type KubeObject, timestamp } from './objects.js';
import type { ObjectStore } from './store.js';
import { validate } from './validation.js';

export interface WriteOptions {
  readonly dryRun?: boolean;
  /** Who the changed fields belong to from now on. */
  readonly manager?: string;
  /** `status`: only the status is taken from the argument. */
  readonly subresource?: 'status' | 'scale';
  /** Creation by the seed or a controller: the status that comes with the object is kept. */
  readonly keepStatus?: boolean;
  /** The field owners are already in the object (server-side apply). */
  readonly keepManagedFields?: boolean;
}

export interface DeleteOptions {
  readonly dryRun?: boolean;
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  readonly preconditions?: { uid?: string; resourceVersion?: string };
}

export interface Deletion {
  /** The last state, with the deletion timestamp when the object is still there. */
  readonly object: KubeObject;
  readonly isGone: boolean;
}

const WITHOUT_GENERATION = [
  'ConfigMap',
  'Secret',
  'Event',
  'ServiceAccount',
  'Namespace',
  'Node',
  'ControllerRevision',
];
const MAIN_ONLY = ['metadata', 'kind', 'apiVersion', 'status'];

/** The rules that hold for every write, whether it comes over HTTP or from a controller. Arguments are not changed. */
export class ObjectWriter {
  constructor(
    private readonly store: ObjectStore,
    private readonly clock: Clock,
  ) {}

  /** @throws ApiError 404 (namespace), 403 (namespace going away), 409 AlreadyExists, 422 */
  create<T extends KubeObject>(kind: Kind<T>, input: T, options: WriteOptions = {}): T {
    const object = copy(input);
    const { metadata } = object;
    if (!metadata.name && metadata.generateName) metadata.name = `${metadata.generateName}${randomSuffix()}`;
    if (!metadata.name) {
      const cause = {
        reason: 'FieldValueRequired',
        message: 'name or generateName is required',
        field: 'metadata.name',
      };
      throw ApiError.invalid(kind, '', [cause]);
    }
    if (kind.namespaced) this.requireNamespace(kind, metadata.namespace ?? '', metadata.name);
    else delete metadata.namespace;
    if (this.store.get(kind, metadata.namespace, metadata.name)) throw ApiError.alreadyExists(kind, metadata.name);

    if (kind.subresources.includes('status') && !options.keepStatus) delete object.status;
    metadata.uid = randomUUID();
    metadata.creationTimestamp = timestamp(this.clock.now());
    delete metadata.deletionTimestamp;
    delete metadata.deletionGracePeriodSeconds;
    if (!options.keepManagedFields) delete metadata.managedFields;
    if (WITHOUT_GENERATION.includes(kind.kind)) delete metadata.generation;
    else metadata.generation = 1;
    this.complete(kind, object);
    recordFields(object, undefined, this.clock.now(), options);
    if (options.dryRun) return object;
    return this.store.put(kind, object);
  }

  /**
   * Replaces an object. A resource version in the argument must be the current one; without one the write is unguarded.
   * @throws ApiError 404, 409 Conflict, 422
   */
  update<T extends KubeObject>(kind: Kind<T>, input: T, options: WriteOptions = {}): T {
    const current = this.store.get(kind, input.metadata.namespace, input.metadata.name);
    if (!current) throw ApiError.notFound(kind, input.metadata.name);
    checkIdentity(kind, current, input);

    const next = options.subresource === 'status' ? withStatus(current, input) : this.withMain(kind, current, input);
    this.complete(kind, next, current);
    const isSpecChanged = !isEqual(ownFields(current), ownFields(next));
    if (current.metadata.generation !== undefined && isSpecChanged) {
      next.metadata.generation = current.metadata.generation + 1;
    }
    if (isSame(current, next, options.keepManagedFields === true)) return current;
    recordFields(next, current, this.clock.now(), options);
    if (options.dryRun) return next;
    return this.settle(kind, next);
  }

  /** @throws ApiError 404, 409 when a precondition does not hold */
  delete(kind: Kind, namespace: string | undefined, name: string, options: DeleteOptions = {}): Deletion {
    const current = this.store.get(kind, namespace, name);
    if (!current) throw ApiError.notFound(kind, name);
    checkPreconditions(kind, current, options);
    const object = copy(current);
    addFinalizer(kind, object, options);
    const grace = kind.kind === 'Pod' ? gracePeriod(object, options) : 0;
    const isGone = grace === 0 && !object.metadata.finalizers?.length;
    if (options.dryRun) return { object, isGone };
    if (isGone) {
      this.store.remove(kind, object);
      return { object: current, isGone };
    }
    const due = timestamp(new Date(this.clock.now().getTime() + grace * 1000));
    const { metadata } = object;
    // A second delete may only shorten the grace that is left.
    const isSooner = metadata.deletionGracePeriodSeconds === undefined || grace < metadata.deletionGracePeriodSeconds;
    if (!metadata.deletionTimestamp || isSooner) {
      metadata.deletionTimestamp = due;
      metadata.deletionGracePeriodSeconds = grace;
    }
    if (kind.kind === 'Namespace') object.status = { phase: 'Terminating' };
    if (metadata.generation !== undefined && !current.metadata.deletionTimestamp) metadata.generation += 1;
    return { object: isSame(current, object, true) ? current : this.store.put(kind, object), isGone };
  }

  private withMain<T extends KubeObject>(kind: Kind, current: T, input: T): T {
    const next = copy(input);
    next.metadata = { ...next.metadata, ...copy(fixedMetadata(current)) };
    if (!current.metadata.deletionTimestamp) {
      delete next.metadata.deletionTimestamp;
      delete next.metadata.deletionGracePeriodSeconds;
    }
    if (kind.subresources.includes('status')) {
      if (current.status === undefined) delete next.status;
      else next.status = copy(current.status);
    }
    return next;
  }

  private complete(kind: Kind, object: KubeObject, previous?: KubeObject): void {
    object.apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
    object.kind = kind.kind;
    if (object.kind === 'Secret') foldStringData(object);
    applyDefaults(object);
    if (kind === PODS) object.status ??= { phase: 'Pending', qosClass: 'BestEffort' };
    const causes = validate(object, previous);
    if (causes.length > 0) throw ApiError.invalid(kind, object.metadata.name, causes);
  }

  /** Stores, or removes an object that was only waiting for its last finalizer. */
  private settle<T extends KubeObject>(kind: Kind<T>, object: T): T {
    const { deletionTimestamp, deletionGracePeriodSeconds: grace = 0, finalizers = [] } = object.metadata;
    const stored = this.store.put(kind, object);
    if (deletionTimestamp && grace === 0 && finalizers.length === 0) this.store.remove(kind, stored);
    return stored;
  }

  private requireNamespace(kind: Kind, namespace: string, name: string): void {
    const found = this.store.get(NAMESPACES, undefined, namespace);
    if (!found) throw ApiError.notFound(NAMESPACES, namespace);
    if (found.metadata.deletionTimestamp) {
      const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
      throw ApiError.forbidden(kind, name, why);
    }
  }
}

function fixedMetadata({ metadata }: KubeObject): Partial<KubeObject['metadata']> {
  const { name, namespace, uid, creationTimestamp, resourceVersion, generation, generateName } = metadata;
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  const all = { name, namespace, uid, creationTimestamp, resourceVersion, generation, generateName };
  const known = Object.entries({ ...all, deletionTimestamp, deletionGracePeriodSeconds });
  return Object.fromEntries(known.filter(([, value]) => value !== undefined));
}

function withStatus<T extends KubeObject>(current: T, input: T): T {
  const next = copy(current);
  if (input.status === undefined) delete next.status;
  else next.status = copy(input.status);
  return next;
}

function checkIdentity(kind: Kind, current: KubeObject, input: KubeObject): void {
  const { uid, resourceVersion } = input.metadata;
  if (uid && uid !== current.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`;
    throw ApiError.conflict(kind, current.metadata.name, why);
  }
  if (resourceVersion && resourceVersion !== current.metadata.resourceVersion) {
    throw ApiError.conflict(kind, current.metadata.name);
  }
}

function checkPreconditions(kind: Kind, current: KubeObject, { preconditions }: DeleteOptions): void {
  const { uid, resourceVersion } = current.metadata;
  if (preconditions?.uid && preconditions.uid !== uid) {
    const why = `Precondition failed: UID in precondition: ${preconditions.uid}, UID in object meta: ${uid}`;
    throw ApiError.conflict(kind, current.metadata.name, why);
  }
  if (preconditions?.resourceVersion && preconditions.resourceVersion !== resourceVersion) {
    const why =
      `Precondition failed: ResourceVersion in precondition: ${preconditions.resourceVersion}, ` +
      `ResourceVersion in object meta: ${resourceVersion}`;
    throw ApiError.conflict(kind, current.metadata.name, why);
  }
}

/** Orphaning, waiting for dependents and emptying a namespace are the garbage collector's: a finalizer hands over to it. */
function addFinalizer(kind: Kind, object: KubeObject, { propagationPolicy }: DeleteOptions): void {
  // As the real server: a Job that is deleted without a policy leaves its pods behind.
  const policy = propagationPolicy ?? (kind.kind === 'Job' ? 'Orphan' : 'Background');
  const add: string[] = [];
  if (policy === 'Orphan') add.push('orphan');
  if (policy === 'Foreground') add.push('foregroundDeletion');
  if (kind.kind === 'Namespace') add.push('kubernetes');
  const known = object.metadata.finalizers ?? [];
  const finalizers = [...known, ...add.filter((name) => !known.includes(name))];
  if (finalizers.length > 0) object.metadata.finalizers = finalizers;
}

function gracePeriod(pod: KubeObject, options: DeleteOptions): number {
  const spec = pod.spec as { nodeName?: string; terminationGracePeriodSeconds?: number };
  const { phase } = pod.status as { phase?: string };
  // Nobody has to stop a pod that no node runs.
  if (!spec.nodeName || phase === 'Succeeded' || phase === 'Failed') return 0;
  return options.gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30;
}

/** What counts for the generation: everything that is not metadata or status. */
function ownFields(object: KubeObject): unknown {
  return Object.entries(asJson(object)).filter(([name]) => !MAIN_ONLY.includes(name));
}

function isSame(a: KubeObject, b: KubeObject, withManagers: boolean): boolean {
  const strip = (object: KubeObject): unknown => {
    const metadata: Record<string, unknown> = { ...object.metadata, resourceVersion: '' };
    if (!withManagers) delete metadata['managedFields'];
    return { ...object, metadata };
  };
  return isEqual(strip(a), strip(b));
}

function foldStringData(secret: KubeObject): void {
  const json = asJson(secret);
  const plain = json['stringData'];
  if (typeof plain === 'object' && plain !== null) {
    const encoded = Object.entries(plain).map(([name, text]) => [name, Buffer.from(String(text)).toString('base64')]);
    json['data'] = { ...(json['data'] as object | undefined), ...Object.fromEntries(encoded) };
  }
  delete json['stringData'];
  json['type'] ??= 'Opaque';
}
