import { describe, expect, it } from '@jest/globals';

import { aStep } from '../../../test/builders/verified-package.builder.js';
import { fails, FakeAction, succeeds, worksUntilStopped } from '../../../test/fakes/fake-action.js';
import { WorkerHarness, type WorkerOptions } from '../../../test/runtime/worker.harness.js';
import type { Step } from '../../wpk/index.js';
import type { RunEvent } from '../runs/run-event.js';
import { StepExecutor } from './step-executor.service.js';

const GET = 'kubernetes/get';
const TRANSIENT = fails('STEP.UNAVAILABLE');

function setUp(action = new FakeAction(GET), options: WorkerOptions = {}) {
  const worker = new WorkerHarness([action], options);
  const runStep = async (step: Parameters<typeof aStep>[0], run: Parameters<typeof worker.run>[1] = {}) => {
    const result = await worker.run({ steps: [aStep(step)] }, run);
    return { ...result, step: result.steps[0]! };
  };
  return { action, worker, runStep };
}

/** Waits between attempts, as the events announce them. */
const waits = (events: readonly RunEvent[]): number[] =>
  events.flatMap(({ type, data }) => (type === 'step' && data.retryInMs !== undefined ? [data.retryInMs] : []));

describe(StepExecutor.name, () => {
  it('tries as often as the limit says and once more, then fails with the last error', async () => {
    const { action, runStep } = setUp(new FakeAction(GET, TRANSIENT, TRANSIENT, fails('STEP.CONFLICT')));
    const { run, step } = await runStep({ retry: { limit: 2 } });
    expect(action.calls).toHaveLength(3);
    expect(step).toMatchObject({ state: 'failed', attempt: 3, error: { code: 'STEP.CONFLICT' } });
    expect(run.state).toBe('failed');
  });

  it('stops trying with the first success, and forgets the error', async () => {
    const { action, runStep } = setUp(new FakeAction(GET, TRANSIENT, succeeds({ object: {} })));
    const { step } = await runStep({ retry: { limit: 5 } });
    expect(action.calls).toHaveLength(2);
    expect(step).toMatchObject({ state: 'succeeded', attempt: 2, error: null, outputs: { object: {} } });
  });

  it('waits longer each time, and no shorter than the target asked for', async () => {
    const slowDown = fails('STEP.UNAVAILABLE', { retryAfterMs: 25 });
    const { runStep } = setUp(new FakeAction(GET, TRANSIENT, TRANSIENT, slowDown, succeeds()));
    const backoff = { initialMs: 2, factor: 2, capMs: 100, jitter: 0 };
    const { events } = await runStep({ retry: { limit: 3, backoff } });
    expect(waits(events)).toEqual([2, 4, 25]);
  });

  it('shows the time of the first attempt and one effect key to every attempt', async () => {
    const { action, runStep } = setUp(new FakeAction(GET, TRANSIENT, succeeds()));
    await runStep({ retry: { limit: 1 } });
    const [first, second] = action.calls.map(({ context }) => context);
    expect([second?.startedAt, second?.effectKey]).toEqual([first?.startedAt, first?.effectKey]);
  });

  it.each<[string, Step['retry']['on'], ReturnType<typeof fails>, number]>([
    ['a transient error', ['transient'], fails('STEP.UNAVAILABLE'), 2],
    ['a final error', ['transient'], fails('STEP.REJECTED'), 1],
    ['a final error, when any failure is retried', ['failure'], fails('STEP.REJECTED'), 2],
    ['an unknown error', ['transient'], () => Promise.reject(new Error('a defect')), 2],
    ['a transient error, when only timeouts are retried', ['timeout'], fails('STEP.UNAVAILABLE'), 1],
    ['a timeout', ['timeout'], worksUntilStopped(), 2],
    ['a timeout, when only transient errors are retried', ['transient'], worksUntilStopped(), 1],
  ])('retries by the word of the package: %s', async (_what, on, behaviour, attempts) => {
    const { action, runStep } = setUp(new FakeAction(GET, behaviour));
    await runStep({ timeoutMs: 20, retry: { limit: 1, on } });
    expect(action.calls).toHaveLength(attempts);
  });

  it('gives each attempt its own time, and keeps what a stopped one had found out', async () => {
    const slow: ConstructorParameters<typeof FakeAction>[1] = (input, context) =>
      worksUntilStopped()(input, context).catch(() =>
        fails('STEP.UNHEALTHY', { details: { ready: 1 } })(input, context),
      );
    const { runStep } = setUp(new FakeAction(GET, slow));
    const { step } = await runStep({ timeoutMs: 20, retry: { limit: 1 } });
    expect(step).toMatchObject({
      state: 'failed',
      attempt: 2,
      error: { code: 'STEP.TIMED_OUT', details: { ready: 1 } },
    });
  });

  it.each([
    ['does not fit the action', { kind: 'Deployment', name: '${{ inputs.n }}' }, 'STEP.INPUT_INVALID'],
    ['cannot be evaluated', { kind: '${{ steps.none.outputs.x }}', name: 'web' }, 'STEP.EXPRESSION_FAILED'],
  ])('never calls the action with input that %s', async (_what, input, code) => {
    const { action, runStep } = setUp();
    const { step } = await runStep({ with: input, retry: { limit: 3, on: ['failure'] } }, { inputs: { n: 5 } });
    expect(step).toMatchObject({ state: 'failed', error: { code } });
    expect(action.calls).toEqual([]);
  });

  it('refuses an action that this worker does not have', async () => {
    const { runStep } = setUp();
    const { step } = await runStep({ uses: 'kubernetes/scale' });
    expect(step).toMatchObject({ state: 'failed', error: { code: 'STEP.REJECTED' } });
  });

  it.each(['once', 'checkable'] as const)(
    'does not repeat a %s action that ended without an answer',
    async (effect) => {
      for (const behaviour of [worksUntilStopped(), fails('STEP.UNEXPECTED')]) {
        const { action, runStep } = setUp(new FakeAction(GET, behaviour), { effects: { [GET]: effect } });
        const { run, step } = await runStep({ timeoutMs: 20, retry: { limit: 3, on: ['failure', 'timeout'] } });
        expect(action.calls).toHaveLength(1);
        expect(step).toMatchObject({ state: 'unknown', error: { code: 'STEP.OUTCOME_UNKNOWN' } });
        expect(run).toMatchObject({ state: 'needs_attention', reason: { code: 'OUTCOME_UNKNOWN' } });
      }
    },
  );

  it('repeats a once action that said that it did nothing', async () => {
    const action = new FakeAction(GET, fails('STEP.UNAVAILABLE'), succeeds());
    const { runStep } = setUp(action, { effects: { [GET]: 'once' } });
    expect((await runStep({ retry: { limit: 1 } })).step).toMatchObject({ state: 'succeeded', attempt: 2 });
  });

  it('has nothing unknown in a dry-run, which changes nothing', async () => {
    const action = new FakeAction(GET);
    action.plan = () => worksUntilStopped()({}, { signal: AbortSignal.timeout(20) } as never) as never;
    const { runStep } = setUp(action, { effects: { [GET]: 'once' } });
    const { step } = await runStep({ timeoutMs: 20 }, { dryRun: true });
    expect(step).toMatchObject({ state: 'failed' });
  });

  it('fails a step whose outputs are too large, and does not have its effect again', async () => {
    const action = new FakeAction(GET, succeeds({ object: 'x'.repeat(1024 * 1024) }));
    const { runStep } = setUp(action);
    const { step } = await runStep({ retry: { limit: 3, on: ['failure'] } });
    expect(step).toMatchObject({ state: 'failed', attempt: 1, outputs: null, error: { code: 'STEP.REJECTED' } });
    expect(action.calls).toHaveLength(1);
  });

  it('fails a step whose outputs are not JSON', async () => {
    const endless: Record<string, unknown> = {};
    endless['self'] = endless;
    const { action, runStep } = setUp(new FakeAction(GET, succeeds(endless)));
    const { step } = await runStep({ retry: { limit: 3 } });
    expect(step).toMatchObject({ state: 'failed', error: { code: 'STEP.REJECTED' } });
    expect(action.calls).toHaveLength(1);
  });
});
