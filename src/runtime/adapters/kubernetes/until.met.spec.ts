import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { StepError } from '../step.error.js';
import type { JsonObject } from './json.js';
import { untilMet } from './until.met.js';
import { failed, type Goal, met, pending } from './verdict.js';

const goal: Goal = (object) => {
  if (!object) return failed(new StepError('STEP.NOT_FOUND', 'gone'));
  return object['ready'] === true ? met('ready') : pending('not ready');
};

describe(untilMet.name, () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const setup = (stableForMs = 0) => {
    const stop = new AbortController();
    let push: ((object: JsonObject | undefined) => void) | undefined;
    let fail: ((error: StepError) => void) | undefined;
    let following: AbortSignal | undefined;
    const done = jest.fn();
    const result = untilMet({
      ...{ goal, stableForMs, signal: stop.signal, onVerdict: () => undefined },
      follow: (signal, onState) => {
        [push, following] = [onState, signal];
        return new Promise<never>((_resolve, reject) => (fail = reject));
      },
    });
    result.then(done, done);
    return { result, done, push: push!, fail: fail!, following: following! };
  };

  it('ends, and stops following, as soon as the goal is met', async () => {
    const { result, push, following } = setup();
    push({ ready: false });
    push({ ready: true });
    await jest.advanceTimersByTimeAsync(0);
    await expect(result).resolves.toBe('ready');
    expect(following.aborted).toBe(true);
  });

  it('starts the stable time again when the goal is lost', async () => {
    const { result, done, push } = setup(1000);
    push({ ready: true });
    await jest.advanceTimersByTimeAsync(900);
    push({ ready: false });
    push({ ready: true });
    await jest.advanceTimersByTimeAsync(900);
    expect(done).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(100);
    await expect(result).resolves.toBe('ready');
  });

  it('does not start the stable time again for a change that keeps the goal', async () => {
    const { result, push } = setup(1000);
    push({ ready: true });
    await jest.advanceTimersByTimeAsync(900);
    push({ ready: true, other: 1 });
    await jest.advanceTimersByTimeAsync(100);
    await expect(result).resolves.toBe('ready');
  });

  it('fails with the goal, also within the stable time, and with the following', async () => {
    const first = setup(1000);
    first.push({ ready: true });
    first.push(undefined);
    await expect(first.result).rejects.toMatchObject({ code: 'STEP.NOT_FOUND' });
    const second = setup();
    second.fail(new StepError('STEP.UNAVAILABLE', 'no'));
    await expect(second.result).rejects.toMatchObject({ code: 'STEP.UNAVAILABLE' });
  });
});
