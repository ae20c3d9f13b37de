import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import type { Execution } from '../adapters/adapter.js';
import { StepError } from '../adapters/step.error.js';
import { attempt } from './step-attempt.js';

const context = { runId: 'r', stepName: 's', effectKey: 'r/s', startedAt: new Date(), log: () => undefined };

function setUp(execute: (signal: AbortSignal) => Promise<Execution>) {
  const run = new AbortController();
  const action = { execute: (_input: unknown, { signal }: { signal: AbortSignal }) => execute(signal) };
  const outcome = attempt({ action, input: {}, timeoutMs: 1000, runSignal: run.signal, context });
  const code = outcome.then(
    () => 'done',
    (error: unknown) => (error instanceof StepError ? error.code : error),
  );
  return { run, outcome, code };
}

const forever = () => new Promise<never>(() => undefined);

describe('attempt', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('answers what the action answers, and leaves no timer', async () => {
    const { outcome } = setUp(() => Promise.resolve({ outputs: { a: 1 } }));
    expect(await outcome).toEqual({ outputs: { a: 1 } });
    expect(jest.getTimerCount()).toBe(0);
  });

  it('passes the error of the action on', async () => {
    const { code } = setUp(() => Promise.reject(new StepError('STEP.FORBIDDEN', 'no')));
    expect(await code).toBe('STEP.FORBIDDEN');
  });

  it('raises the signal when the time is over', async () => {
    let signal: AbortSignal | undefined;
    const { code } = setUp((given) => {
      signal = given;
      return new Promise((_resolve, reject) =>
        given.addEventListener('abort', () => reject(new StepError('STEP.UNHEALTHY', 'not yet'))),
      );
    });
    expect(signal?.aborted).toBe(false);
    await jest.advanceTimersByTimeAsync(1000);
    expect(signal?.aborted).toBe(true);
    expect(await code).toBe('STEP.TIMED_OUT');
  });

  it('does not wait for ever for an action that ignores its signal', async () => {
    const { code } = setUp(forever);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(await code).toBe('STEP.TIMED_OUT');
  });

  it('says that the run was stopped, whatever the action says', async () => {
    const { run, code } = setUp((signal) => {
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    });
    run.abort();
    expect(await code).toBe('STEP.CANCELLED');
  });

  it('does not wait for ever when the run was stopped before', async () => {
    const { run, code } = setUp(forever);
    run.abort();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(await code).toBe('STEP.CANCELLED');
  });

  it('takes the answer of an action that was done in spite of the signal', async () => {
    const { run, outcome } = setUp((signal) => {
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve({ outputs: { late: true } })));
    });
    run.abort();
    expect(await outcome).toEqual({ outputs: { late: true } });
  });
});
