import { describe, expect, it } from '@jest/globals';

import type { Deployment, ReplicaSet } from '../workloads.js';
import { nextScaling, surgeAndUnavailable } from './rollout.js';

function deployment(replicas: number, strategy: Partial<Deployment['spec']['strategy']> = {}): Deployment {
  return { spec: { replicas, strategy: { type: 'RollingUpdate', ...strategy } } } as unknown as Deployment;
}

function set(replicas: number, available = replicas): ReplicaSet {
  return { spec: { replicas }, status: { replicas, availableReplicas: available } } as unknown as ReplicaSet;
}

function steps(d: Deployment, current: ReplicaSet, ...old: ReplicaSet[]): [who: string, replicas: number][] {
  return nextScaling(d, current, old).map((s) => [s.set === current ? 'new' : `old${old.indexOf(s.set)}`, s.replicas]);
}

describe(surgeAndUnavailable, () => {
  it.each([
    [3, {}, { surge: 1, unavailable: 0 }],
    [10, {}, { surge: 3, unavailable: 2 }],
    [4, { maxSurge: 2, maxUnavailable: '50%' }, { surge: 2, unavailable: 2 }],
    [3, { maxSurge: 0, maxUnavailable: 0 }, { surge: 0, unavailable: 1 }],
    [0, {}, { surge: 0, unavailable: 1 }],
  ])('rounds surge up and unavailable down: %i with %j', (replicas, rollingUpdate, result) => {
    expect(surgeAndUnavailable(deployment(replicas, { rollingUpdate }))).toEqual(result);
  });
});

describe(nextScaling, () => {
  it('starts a first rollout at once', () => {
    expect(steps(deployment(3), set(0))).toEqual([['new', 3]]);
  });

  it('grows the new set by the surge while the old one serves', () => {
    expect(steps(deployment(3), set(0), set(3))).toEqual([['new', 1]]);
  });

  it('waits while the new pod is not available', () => {
    expect(steps(deployment(3), set(1, 0), set(3))).toEqual([]);
  });

  it('removes an old pod for each new one that is available', () => {
    expect(steps(deployment(3), set(1, 1), set(3))).toEqual([['old0', 2]]);
  });

  it('removes old pods that serve nobody first', () => {
    expect(
      steps(deployment(4, { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } }), set(0), set(2, 1), set(2)),
    ).toEqual([['old0', 1]]);
  });

  it('shrinks the new set when fewer are wanted', () => {
    expect(steps(deployment(1), set(3))).toEqual([['new', 1]]);
  });

  it('is done when only the new set is left', () => {
    expect(steps(deployment(3), set(3), set(0))).toEqual([]);
  });

  it('stops all old pods before the first new one when it recreates', () => {
    const recreate = deployment(2, { type: 'Recreate' });
    expect(steps(recreate, set(0), set(2))).toEqual([['old0', 0]]);
    expect(steps(recreate, set(0), { ...set(0), status: { replicas: 1 } })).toEqual([]);
    expect(steps(recreate, set(0), set(0))).toEqual([['new', 2]]);
  });
});
