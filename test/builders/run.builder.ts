import { createHash, randomUUID } from 'node:crypto';

import { v7 as uuid } from 'uuid';

import type { Decision } from '../../src/policy/index.js';
import type { ClaimedRun } from '../../src/runtime/execution/run-journal.js';
import type { NewRun, Run, RunStep } from '../../src/runtime/runs/run.js';

export function aDecision(more: Partial<Decision> = {}): Decision {
  return {
    ...{ id: 'd'.repeat(64), outcome: 'allow', requiredApprovals: 0, reasons: [], rulesetVersion: '1' },
    risk: { score: 10, level: 'low' },
    ...more,
  };
}

/** A run that was asked for: three steps, nobody else's key. */
export function aRun(more: Partial<NewRun> = {}): NewRun {
  return {
    ...{ id: uuid(), workflow: 'restart-unhealthy', version: '1.0.0', digest: `sha256:${'0'.repeat(64)}` },
    ...{ dryRun: false, inputs: { namespace: 'shop' }, target: 'shop/web', decision: aDecision(), requestedBy: 'ci' },
    idempotencyKey: randomUUID(),
    requestHash: createHash('sha256').update('request').digest(),
    ...{ timeoutMs: 600_000, queueTimeoutMs: 300_000 },
    steps: ['look', 'restart', 'healthy'].map((name) => ({ name, action: 'kubernetes/get' })),
    ...more,
  };
}

/** A run as its first owner has it. */
export function aClaimedRun(more: Partial<ClaimedRun> = {}, run: Partial<Run> = {}): ClaimedRun {
  const { id, workflow, version, digest, dryRun, inputs, target, decision, requestedBy } = aRun();
  const now = new Date();
  return {
    run: {
      ...{ id, workflow, version, digest, dryRun, inputs, target, decision, requestedBy },
      ...{ state: 'running', reason: null, outputs: null, fence: 1, createdAt: now, startedAt: now, finishedAt: null },
      ...run,
    },
    ...{ steps: [], cancelRequested: false, remainingMs: 600_000 },
    ...more,
  };
}

export function aRunStep(more: Partial<RunStep> = {}): RunStep {
  return {
    ...{ runId: uuid(), index: 0, name: 'look', action: 'kubernetes/get', state: 'pending', attempt: 0 },
    ...{ outputs: null, error: null, startedAt: null, finishedAt: null },
    ...more,
  };
}
