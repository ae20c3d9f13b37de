import { StateGraph } from '../state-graph.js';

export type StepState = 'pending' | 'running' | 'succeeded' | 'failed' | 'skipped' | 'cancelled' | 'unknown';

export const STEP_STATES = new StateGraph<StepState>(
  {
    pending: ['running', 'skipped', 'cancelled', 'failed'],
    // Back to `pending` between two attempts.
    running: ['succeeded', 'failed', 'cancelled', 'pending', 'unknown'],
    succeeded: [],
    failed: [],
    skipped: [],
    cancelled: [],
    // The worker was lost between effect and record. An action that may be repeated goes on; any other waits for a person.
    unknown: ['running', 'cancelled', 'failed'],
  },
  'pending',
);
