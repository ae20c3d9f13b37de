import type { StepError } from '../step.error.js';
import type { JsonObject } from './json.js';

/** What the present state of an object means for somebody who waits. `observed` is for people. */
export type Verdict =
  | { readonly type: 'met'; readonly observed: string }
  | { readonly type: 'pending'; readonly observed: string }
  | { readonly type: 'failed'; readonly error: StepError };

/** Judges each state of the object that is waited for, in order; undefined: it does not exist. */
export type Goal = (object: JsonObject | undefined) => Verdict;

export function met(observed: string): Verdict {
  return { type: 'met', observed };
}

export function pending(observed: string): Verdict {
  return { type: 'pending', observed };
}

export function failed(error: StepError): Verdict {
  return { type: 'failed', error };
}
