import type { Kind } from '../kinds.js';
import type { KubeObject } from '../objects.js';

/** Brings what an object owns closer to what it says. Called again after every change that may matter, so one step is enough. */
export interface Controller<T extends KubeObject = KubeObject> {
  readonly kind: Kind<T>;
  /** @param again asks to be called once more after a time, without any change */
  reconcile(object: T, again: (ms: number) => void): void;
}
