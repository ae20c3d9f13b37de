import { describe, expect, it } from '@jest/globals';

import type { JsonObject } from './json.js';
import { rolloutGoal } from './rollout.goal.js';

type Fields = Readonly<Record<string, unknown>>;

function judge(kind: string, spec: Fields, status: Fields, generation = 2): unknown {
  const workload: JsonObject = { metadata: { generation }, spec, status: { observedGeneration: 2, ...status } };
  const verdict = rolloutGoal({ apiVersion: 'apps/v1', kind, namespace: 'shop', name: 'web' })(workload);
  return verdict.type === 'failed' ? verdict.error.code : verdict.type;
}

const done = { replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 };

describe('the rollout of a Deployment', () => {
  const deployment = (status: Fields, spec: Fields = { replicas: 3 }, generation = 2): unknown =>
    judge('Deployment', spec, status, generation);

  it('is complete when every replica is updated and available and no old one is left', () => {
    expect(deployment(done)).toBe('met');
  });

  it.each([
    ['some replicas are not updated', { ...done, updatedReplicas: 2 }],
    ['old replicas are still there', { ...done, replicas: 4 }],
    ['updated replicas are not available', { ...done, availableReplicas: 2 }],
    ['nothing has started', {}],
  ])('is pending while %s', (_why, status) => {
    expect(deployment(status)).toBe('pending');
  });

  it('is pending while the controller has not seen the latest change, whatever the numbers say', () => {
    expect(deployment(done, { replicas: 3 }, 3)).toBe('pending');
  });

  it('has failed when its progress deadline is exceeded', () => {
    const conditions = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }];
    expect(deployment({ ...done, availableReplicas: 1, conditions })).toBe('STEP.UNHEALTHY');
  });

  it('is complete with no replicas when none are wanted', () => {
    expect(deployment({}, { replicas: 0 })).toBe('met');
  });

  it('wants one replica when the manifest names no number', () => {
    expect(deployment({}, {})).toBe('pending');
  });
});

describe('the rollout of a StatefulSet', () => {
  const revisions = { currentRevision: 'b', updateRevision: 'b' };
  const set = (status: Fields, updateStrategy: Fields = { type: 'RollingUpdate' }): unknown =>
    judge('StatefulSet', { replicas: 3, updateStrategy }, status);

  it('is complete when all are ready and the updated revision has become the current one', () => {
    expect(set({ ...done, ...revisions })).toBe('met');
  });

  it('is pending while a replica is not ready', () => {
    expect(set({ ...done, ...revisions, readyReplicas: 2 })).toBe('pending');
  });

  it('is pending while the current revision is the old one', () => {
    expect(set({ ...done, ...revisions, currentRevision: 'a' })).toBe('pending');
  });

  it('asks only for the replicas above the partition', () => {
    const partitioned = { type: 'RollingUpdate', rollingUpdate: { partition: 2 } };
    const status = { ...done, currentRevision: 'a', updateRevision: 'b' };
    expect(set({ ...status, updatedReplicas: 1 }, partitioned)).toBe('met');
    expect(set({ ...status, updatedReplicas: 0 }, partitioned)).toBe('pending');
  });

  it('cannot be waited for when pods are updated by hand', () => {
    expect(set({ ...done, ...revisions }, { type: 'OnDelete' })).toBe('STEP.REJECTED');
  });
});

describe('the rollout of a DaemonSet', () => {
  const all = { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 };
  const set = (status: Fields, type = 'RollingUpdate'): unknown =>
    judge('DaemonSet', { updateStrategy: { type } }, status);

  it('is complete when every pod is updated and available', () => {
    expect(set(all)).toBe('met');
  });

  it.each([
    ['updated', { ...all, updatedNumberScheduled: 2 }],
    ['available', { ...all, numberAvailable: 2 }],
  ])('is pending while a pod is not %s', (_what, status) => {
    expect(set(status)).toBe('pending');
  });

  it('cannot be waited for when pods are updated by hand', () => {
    expect(set(all, 'OnDelete')).toBe('STEP.REJECTED');
  });
});

describe(rolloutGoal.name, () => {
  it('fails for a workload that does not exist', () => {
    const goal = rolloutGoal({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' });
    expect(goal(undefined)).toMatchObject({ type: 'failed', error: { code: 'STEP.NOT_FOUND' } });
  });

  it.each([
    ['apps/v1', 'ReplicaSet'],
    ['example.com/v1', 'Deployment'],
  ])('refuses %s %s, which has no rollout', (apiVersion, kind) => {
    const wait = (): unknown => rolloutGoal({ apiVersion, kind, namespace: 'shop', name: 'web' });
    expect(wait).toThrow(expect.objectContaining({ code: 'STEP.REJECTED' }));
  });
});
