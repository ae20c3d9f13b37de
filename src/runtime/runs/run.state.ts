import { StateGraph } from '../state-graph.js';

export type RunState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'timed_out' | 'needs_attention';

export const RUN_STATES = new StateGraph<RunState>(
  {
    // A run that nobody took before its queue timeout, or that was cancelled first, ends without having been claimed.
    queued: ['running', 'cancelled', 'timed_out'],
    // Back to `queued` when its worker shuts down in order.
    running: ['succeeded', 'failed', 'cancelled', 'timed_out', 'needs_attention', 'queued'],
    succeeded: [],
    failed: [],
    cancelled: [],
    timed_out: [],
    needs_attention: [],
  },
  'queued',
);

export const isEnded = (state: RunState): boolean => RUN_STATES.ends.has(state);
