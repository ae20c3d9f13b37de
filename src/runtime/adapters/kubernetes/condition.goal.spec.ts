import { describe, expect, it } from '@jest/globals';

import { conditionGoal, deletionGoal } from './condition.goal.js';
import type { JsonObject } from './json.js';

const ref = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web' };

function pod(uid: string, condition?: JsonObject, generation = 1, status: JsonObject = {}): JsonObject {
  return { metadata: { uid, generation }, status: { ...status, conditions: condition ? [condition] : [] } };
}

describe(conditionGoal.name, () => {
  it('is met when the condition is True, whatever the case of its name', () => {
    expect(conditionGoal(ref, 'ready')(pod('a', { type: 'Ready', status: 'True' }))).toMatchObject({ type: 'met' });
  });

  it('is met by the status that is asked for, whatever its case', () => {
    const goal = conditionGoal(ref, 'Ready', 'false');
    expect(goal(pod('a', { type: 'Ready', status: 'False' }))).toMatchObject({ type: 'met' });
    expect(goal(pod('a', { type: 'Ready', status: 'True' }))).toMatchObject({ type: 'pending' });
  });

  it('is pending while the condition is not there', () => {
    expect(conditionGoal(ref, 'Ready')(pod('a'))).toMatchObject({ type: 'pending' });
  });

  it('does not count a condition that was written for an older generation', () => {
    const goal = conditionGoal(ref, 'Ready');
    const ready = { type: 'Ready', status: 'True' };
    expect(goal(pod('a', { ...ready, observedGeneration: 1 }, 2))).toMatchObject({ type: 'pending' });
    expect(goal(pod('a', ready, 2, { observedGeneration: 1 }))).toMatchObject({ type: 'pending' });
    // The condition's own word is more exact than the status's.
    expect(goal(pod('a', { ...ready, observedGeneration: 2 }, 2, { observedGeneration: 1 }))).toMatchObject({
      type: 'met',
    });
  });

  it('fails for an object that never was there, and waits for one that was deleted', () => {
    expect(conditionGoal(ref, 'Ready')(undefined)).toMatchObject({ error: { code: 'STEP.NOT_FOUND' } });
    const goal = conditionGoal(ref, 'Ready');
    goal(pod('a'));
    expect(goal(undefined)).toMatchObject({ type: 'pending' });
  });
});

describe(deletionGoal.name, () => {
  it('is met when the object is not there', () => {
    expect(deletionGoal(ref)(undefined)).toMatchObject({ type: 'met' });
  });

  it('is pending while the object is ending, and met when another one has taken its name', () => {
    const goal = deletionGoal(ref);
    expect(goal(pod('a'))).toMatchObject({ type: 'pending' });
    expect(goal({ metadata: { uid: 'a', deletionTimestamp: '2026-11-23T10:00:00Z' } })).toMatchObject({
      type: 'pending',
    });
    expect(goal(pod('b'))).toMatchObject({ type: 'met' });
  });
});
