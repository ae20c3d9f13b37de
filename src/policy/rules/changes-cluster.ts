import { ACTIONS, type Step } from '../../wpk/index.js';

/** An action that the catalogue does not know is taken for one that changes something. */
export function changesCluster({ uses }: Step): boolean {
  return uses.startsWith('kubernetes/') && (ACTIONS.get(uses)?.mutates ?? true);
}
