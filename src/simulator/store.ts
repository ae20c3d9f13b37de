import type { Kind } from './kinds.js';
import type { KubeObject } from './objects.js';

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly storage: string;
  /** After the change; for DELETED the last state with the resource version of the removal. */
  readonly object: KubeObject;
  readonly previous?: KubeObject;
  readonly resourceVersion: number;
}

export type Listener = (change: Change) => void;

/**
 * Every object, one global resource version, and the last changes for watches.
 * Stored objects are frozen: whoever wants to change one copies it and puts the copy.
 */
export class ObjectStore {
  private readonly tables = new Map<string, Map<string, KubeObject>>();
  private readonly listeners = new Set<Listener>();
  private history: Change[] = [];
  private version: number;

  constructor(
    private readonly historyLimit = 5000,
    firstVersion = 1000,
  ) {
    this.version = firstVersion;
    this.oldest = firstVersion;
  }

  /** Changes after this version are still known. */
  private oldest: number;

  get resourceVersion(): number {
    return this.version;
  }

  get<T extends KubeObject>(kind: Kind<T>, namespace: string | undefined, name: string): T | undefined {
    return this.tables.get(kind.storage)?.get(key(namespace, name)) as T | undefined;
  }

  /** Sorted by namespace and name, as the API server lists. */
  list<T extends KubeObject>(kind: Kind<T>, namespace?: string): T[] {
    const all = [...(this.tables.get(kind.storage)?.entries() ?? [])];
    const wanted = namespace === undefined ? all : all.filter(([, o]) => o.metadata.namespace === namespace);
    return wanted.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object as T);
  }

  /** Stores a new state and returns it with its resource version. The argument is frozen. */
  put<T extends KubeObject>(kind: Kind<T>, object: T): T {
    const table = this.table(kind.storage);
    const id = key(object.metadata.namespace, object.metadata.name);
    const previous = table.get(id);
    this.version += 1;
    object.metadata.resourceVersion = String(this.version);
    table.set(id, freeze(object));
    this.publish({
      type: previous ? 'MODIFIED' : 'ADDED',
      storage: kind.storage,
      object,
      ...(previous && { previous }),
      resourceVersion: this.version,
    });
    return object;
  }

  remove(kind: Kind, object: KubeObject): void {
    const table = this.table(kind.storage);
    const id = key(object.metadata.namespace, object.metadata.name);
    const previous = table.get(id);
    if (!previous) return;
    table.delete(id);
    this.version += 1;
    const last = { ...previous, metadata: { ...previous.metadata, resourceVersion: String(this.version) } };
    this.publish({
      type: 'DELETED',
      storage: kind.storage,
      object: freeze(last),
      previous,
      resourceVersion: this.version,
    });
  }

  /** The changes after a resource version, or undefined when they are no longer all known. */
  changesAfter(version: number): readonly Change[] | undefined {
    if (version < this.oldest) return undefined;
    return this.history.filter((change) => change.resourceVersion > version);
  }

  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Forgets the history, so that every older resource version is answered with 410. */
  compact(): void {
    this.history = [];
    this.oldest = this.version;
  }

  private table(storage: string): Map<string, KubeObject> {
    let table = this.tables.get(storage);
    if (!table) this.tables.set(storage, (table = new Map<string, KubeObject>()));
    return table;
  }

  private publish(change: Change): void {
    this.history.push(change);
    if (this.history.length > this.historyLimit) {
      const dropped = this.history.shift();
      if (dropped) this.oldest = dropped.resourceVersion;
    }
    for (const listener of [...this.listeners]) listener(change);
  }
}

function key(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}
