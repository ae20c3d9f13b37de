import type { RunReason, StepFailure } from './run.js';
import type { RunState } from './run.state.js';
import type { StepState } from './step.state.js';

/** What happened in a run, in the order in which it became durable. */
export type RunEventBody =
  | { readonly type: 'run'; readonly data: { readonly state: RunState; readonly reason?: RunReason } }
  | { readonly type: 'step'; readonly stepIndex: number; readonly data: StepEventData }
  | {
      readonly type: 'log';
      readonly stepIndex: number;
      readonly data: { readonly step: string; readonly line: string };
    };

export interface StepEventData {
  readonly step: string;
  readonly state: StepState;
  readonly attempt: number;
  readonly error?: StepFailure;
  /** Milliseconds until the next attempt. */
  readonly retryInMs?: number;
}

export type NumberedEvent = RunEventBody & { readonly seq: number };
export type RunEvent = NumberedEvent & { readonly at: Date };

/**
 * The number of a run's event: the fence in the high 32 bits, a count in the low ones. Only the owner of a fence writes, so
 * numbers grow in the order of commits, and a repeated write repeats its numbers. Fits a double for 2^21 fences.
 */
export function eventSeq(fence: number, count: number): number {
  return fence * 2 ** 32 + count;
}
