import type { Decision } from './decision.js';
import type { PolicyFacts } from './facts.js';

/** A decision with the facts that it was made of: whoever decides them again under the same ruleset gets the same. */
export interface DecisionRecord {
  readonly decision: Decision;
  readonly facts: PolicyFacts;
}

/** Keeps what was decided, for ever. A record never changes: its id is a hash of all that it holds. */
export abstract class DecisionStore {
  /** Storing a record twice is storing it once. */
  abstract save(record: DecisionRecord): Promise<void>;
  abstract find(id: string): Promise<DecisionRecord | undefined>;
}
