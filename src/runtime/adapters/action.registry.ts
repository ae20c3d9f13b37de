import { type ActionDescriptor, ACTIONS } from '../../wpk/index.js';
import type { Action } from './adapter.js';

/** An action with what the catalogue says of it. */
export interface RegisteredAction {
  readonly descriptor: ActionDescriptor;
  readonly action: Action;
}

/** The actions that this worker can do. Boot fails on a gap: a described action that nobody does, or one that two do. */
export class ActionRegistry {
  private readonly actions = new Map<string, RegisteredAction>();

  constructor(actions: readonly Action[], catalogue: ReadonlyMap<string, ActionDescriptor> = ACTIONS) {
    for (const action of actions) {
      const descriptor = catalogue.get(action.name);
      if (!descriptor) throw new Error(`The action ${action.name} is not in the catalogue.`);
      if (this.actions.has(action.name)) throw new Error(`Two adapters do the action ${action.name}.`);
      this.actions.set(action.name, { descriptor, action });
    }
    const missing = [...catalogue.keys()].filter((name) => !this.actions.has(name));
    if (missing.length > 0) throw new Error(`No adapter does: ${missing.join(', ')}.`);
  }

  find(name: string): RegisteredAction | undefined {
    return this.actions.get(name);
  }
}
