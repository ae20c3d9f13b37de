import type { Random } from '../mutations.js';
import { bodyMutations } from './body.mutations.js';
import type { Draft } from './draft.js';
import { parameterMutations } from './parameter.mutations.js';
import { protocolMutations, type Tokens } from './protocol.mutations.js';

/** A good request after one mutation. */
export interface Negative {
  readonly kind: string;
  readonly draft: Draft;
  /** It does not fit the document any more, so the answer has to be 4xx. */
  readonly breaks: boolean;
  /** The only statuses that are right. */
  readonly statuses?: readonly number[];
}

/** Undefined where there is nothing to mutate in this way. */
export type RequestMutation = (draft: Draft, random: Random) => Negative | undefined;

export function mutate(draft: Draft, tokens: Tokens, random: Random): Negative {
  const groups = [bodyMutations(draft), parameterMutations(draft), protocolMutations(tokens)];
  for (;;) {
    const group = random.pick(groups.filter((mutations) => mutations.length > 0));
    const negative = random.pick(group)(draft, random);
    // What changes nothing that matters is worth a try, but not most of them.
    if (negative && (negative.breaks || random.below(2) === 0)) return negative;
  }
}
