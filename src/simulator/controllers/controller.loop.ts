import { ApiError } from '../api.error.js';
import type { Clock } from '../clock.js';
import { controllerOf, type KubeObject } from '../objects.js';
import type { Change, ObjectStore } from '../store.js';
import type { Controller } from './controller.js';

interface Item {
  readonly controller: Controller;
  readonly namespace: string | undefined;
  readonly name: string;
}

const RETRY_MS = 50;

/** Calls each controller for its objects that changed, or whose pods or replica sets did. One call at a time. */
export class ControllerLoop {
  private readonly due = new Map<string, Item>();
  private readonly timers = new Map<string, () => void>();
  private isScheduled = false;
  private isClosed = false;

  constructor(
    private readonly store: ObjectStore,
    private readonly clock: Clock,
    private readonly controllers: readonly Controller[],
  ) {
    store.subscribe((change) => {
      this.onChange(change);
    });
  }

  close(): void {
    this.isClosed = true;
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
    this.due.clear();
  }

  /** Calls the controller of one object soon. */
  enqueue(kindName: string, namespace: string | undefined, name: string): void {
    for (const controller of this.controllers) {
      if (controller.kind.kind === kindName) this.add({ controller, namespace, name });
    }
  }

  private onChange({ object, previous, type }: Change): void {
    if (type !== 'DELETED') this.enqueue(object.kind, object.metadata.namespace, object.metadata.name);
    for (const state of [object, previous]) {
      const owner = state && controllerOf(state);
      if (owner) this.enqueue(owner.kind, object.metadata.namespace, owner.name);
    }
  }

  private add(item: Item): void {
    if (this.isClosed) return;
    this.due.set(keyOf(item), item);
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      this.run();
    });
  }

  private run(): void {
    const batch = [...this.due.values()];
    this.due.clear();
    for (const item of batch) {
      const { controller, namespace, name } = item;
      const object = this.store.get(controller.kind, namespace, name);
      if (object && !this.isClosed) this.reconcile(item, object);
    }
  }

  private reconcile(item: Item, object: KubeObject): void {
    const again = (ms: number): void => {
      this.wakeAfter(item, ms);
    };
    try {
      item.controller.reconcile(object, again);
    } catch (error) {
      // Refusals (a name that is taken, a namespace that is going away) are retried, as a real controller does.
      if (!(error instanceof ApiError)) throw error;
      again(RETRY_MS);
    }
  }

  private wakeAfter(item: Item, ms: number): void {
    const key = keyOf(item);
    this.timers.get(key)?.();
    const cancel = this.clock.after(ms, () => {
      this.timers.delete(key);
      this.add(item);
    });
    this.timers.set(key, cancel);
  }
}

function keyOf({ controller, namespace, name }: Item): string {
  return `${controller.kind.kind}/${namespace ?? ''}/${name}`;
}
