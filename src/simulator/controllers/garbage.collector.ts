import type { Cluster } from '../cluster.js';
import { copy } from '../json.js';
import { type Kind, kindOf, KINDS, NAMESPACES } from '../kinds.js';
import { type KubeObject } from '../objects.js';
import type { Change } from '../store.js';

const STORED = KINDS.filter((kind, i) => !kind.review && KINDS.findIndex((o) => o.storage === kind.storage) === i);

/** Deletes what lost its last owner, lets orphans go, and empties namespaces that are going away. */
export class GarbageCollector {
  private isScheduled = false;
  private readonly goneOwners = new Set<string>();
  private readonly closing = new Map<string, KubeObject>();

  constructor(private readonly cluster: Cluster) {
    cluster.store.subscribe((change) => {
      this.onChange(change);
    });
  }

  private onChange({ type, object, previous }: Change): void {
    const { uid, deletionTimestamp, finalizers } = object.metadata;
    if (type === 'DELETED') {
      this.goneOwners.add(uid);
      this.closing.delete(uid);
      // The last dependent of something that waits for its dependents may be gone now.
      for (const owner of previous?.metadata.ownerReferences ?? []) {
        this.reconsider(owner.apiVersion, owner.kind, object, owner.name);
      }
      if (object.metadata.namespace !== undefined) {
        this.reconsider('v1', 'Namespace', undefined, object.metadata.namespace);
      }
    } else if (deletionTimestamp && finalizers?.length) {
      this.closing.set(uid, object);
    }
    if (this.goneOwners.size + this.closing.size > 0) this.schedule();
  }

  private reconsider(apiVersion: string, kindName: string, dependent: KubeObject | undefined, name: string): void {
    const kind = kindOf(apiVersion, kindName);
    const owner = kind && this.cluster.store.get(kind, dependent?.metadata.namespace, name);
    if (owner?.metadata.deletionTimestamp) this.closing.set(owner.metadata.uid, owner);
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      this.collect();
    });
  }

  private collect(): void {
    const closing = [...this.closing.values()];
    this.closing.clear();
    for (const { apiVersion, kind: kindName, metadata } of closing) {
      const kind = kindOf(apiVersion, kindName);
      const object = kind && this.cluster.store.get(kind, metadata.namespace, metadata.name);
      if (object?.metadata.uid === metadata.uid) this.finish(kind as Kind, object);
    }
    const gone = [...this.goneOwners];
    this.goneOwners.clear();
    for (const uid of gone) for (const { kind, object } of this.dependentsOf(uid)) this.dropOwner(kind, object, uid);
  }

  private finish(kind: Kind, object: KubeObject): void {
    const { finalizers = [], uid } = object.metadata;
    if (finalizers.includes('orphan')) {
      for (const dependent of this.dependentsOf(uid)) this.release(dependent.kind, dependent.object, uid);
      this.removeFinalizer(kind, object, 'orphan');
    } else if (finalizers.includes('foregroundDeletion')) {
      const dependents = this.dependentsOf(uid);
      for (const dependent of dependents) this.delete(dependent.kind, dependent.object, 'Foreground');
      if (this.dependentsOf(uid).length === 0) this.removeFinalizer(kind, object, 'foregroundDeletion');
    } else if (kind === NAMESPACES && finalizers.includes('kubernetes')) {
      const content = STORED.filter((k) => k.namespaced).flatMap((k) => {
        return this.cluster.store.list(k, object.metadata.name).map((o) => ({ kind: k, object: o }));
      });
      for (const item of content) this.delete(item.kind, item.object, 'Background');
      const isEmpty = STORED.every(
        (k) => !k.namespaced || this.cluster.store.list(k, object.metadata.name).length === 0,
      );
      if (isEmpty) this.removeFinalizer(kind, object, 'kubernetes');
    }
  }

  private dependentsOf(uid: string): { kind: Kind; object: KubeObject }[] {
    return STORED.flatMap((kind) => {
      const found = this.cluster.store
        .list(kind)
        .filter((o) => o.metadata.ownerReferences?.some((ref) => ref.uid === uid));
      return found.map((object) => ({ kind, object }));
    });
  }

  /** Another owner keeps the object alive. */
  private dropOwner(kind: Kind, object: KubeObject, uid: string): void {
    const others = (object.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uid);
    if (others.length === 0) this.delete(kind, object, 'Background');
    else this.release(kind, object, uid);
  }

  private release(kind: Kind, object: KubeObject, uid: string): void {
    const next = copy(object);
    const others = (object.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uid);
    if (others.length === 0) delete next.metadata.ownerReferences;
    else next.metadata.ownerReferences = others;
    this.cluster.writer.update(kind, next);
  }

  private removeFinalizer(kind: Kind, object: KubeObject, name: string): void {
    const current = this.cluster.store.get(kind, object.metadata.namespace, object.metadata.name);
    if (!current) return;
    const next = copy(current);
    next.metadata.finalizers = (next.metadata.finalizers ?? []).filter((finalizer) => finalizer !== name);
    this.cluster.writer.update(kind, next);
  }

  private delete(kind: Kind, object: KubeObject, propagationPolicy: 'Background' | 'Foreground'): void {
    const { namespace, name, deletionTimestamp } = object.metadata;
    if (deletionTimestamp || !this.cluster.store.get(kind, namespace, name)) return;
    this.cluster.writer.delete(kind, namespace, name, { propagationPolicy });
  }
}
