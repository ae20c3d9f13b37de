import { afterEach, describe, expect, it } from '@jest/globals';

import { aStep } from '../../../test/builders/verified-package.builder.js';
import { fails, FakeAction, succeeds, worksUntilStopped } from '../../../test/fakes/fake-action.js';
import { LEASE_MS } from '../../../test/runtime/runs.subject.js';
import { WorkerHarness, type WorkerOptions } from '../../../test/runtime/worker.harness.js';
import { waitUntil } from '../../../test/support/wait-until.js';
import type { EffectClass, PackageSpec } from '../../wpk/index.js';

const GET = 'kubernetes/get';
const steps = ['one', 'two'].map((name) => aStep({ name }));
const workers: WorkerHarness[] = [];

afterEach(() => {
  for (const worker of workers.splice(0)) worker.leases.stop();
});

function aWorker(action: FakeAction, options: WorkerOptions = {}): WorkerHarness {
  const worker = new WorkerHarness([action], options);
  workers.push(worker);
  return worker;
}

/** A run in the middle of its first step, which works until it is stopped. */
async function atWork(options: WorkerOptions = {}, spec: Partial<PackageSpec> = { steps }, timeoutMs = 600_000) {
  const action = new FakeAction(GET, worksUntilStopped());
  const worker = aWorker(action, options);
  const id = await worker.submit(spec, { timeoutMs });
  const executed = worker.executor.execute(id);
  await waitUntil('the action is at work', () => action.calls.length > 0, { intervalMs: 1 });
  return { action, worker, id, executed };
}

/** A second worker that takes the run over; its action does as told. */
async function takeOver(worker: WorkerHarness, id: string, action: FakeAction, effect?: EffectClass) {
  const next = aWorker(action, { runs: worker.runs, ...(effect && { effects: { [GET]: effect } }) });
  const { workflow: name, version, digest } = (await worker.look(id)).run;
  next.catalog.add(await worker.catalog.open({ name, version, digest }));
  await next.executor.execute(id);
  return next.look(id);
}

describe('a run that is cancelled', () => {
  it('stops in the middle of a step and starts no other', async () => {
    const { worker, id, executed, action } = await atWork();
    await worker.runs.store.cancel(id, 'lea');
    await worker.leases.beat();
    await executed;
    const { run, steps: done, events } = await worker.look(id);
    expect(run).toMatchObject({ state: 'cancelled', reason: { code: 'CANCELLED' } });
    expect(done.map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
    expect(done[0]?.error?.code).toBe('STEP.CANCELLED');
    expect(events.at(-1)).toMatchObject({ type: 'run', data: { state: 'cancelled' } });
    expect(action.calls).toHaveLength(1);
  });

  it('is left to a person when a once action was at work', async () => {
    const { worker, id, executed } = await atWork({ effects: { [GET]: 'once' } });
    await worker.runs.store.cancel(id, 'lea');
    await worker.leases.beat();
    await executed;
    expect((await worker.look(id)).run).toMatchObject({
      state: 'needs_attention',
      reason: { code: 'OUTCOME_UNKNOWN' },
    });
  });

  it('keeps the success of the step that was at work', async () => {
    const action = new FakeAction(GET);
    const worker = aWorker(action);
    const id = await worker.submit({ steps });
    action.will(async () => {
      await worker.runs.store.cancel(id, 'lea');
      return { outputs: { object: {} } };
    });
    await worker.executor.execute(id);
    const { run, steps: done } = await worker.look(id);
    expect(run.state).toBe('cancelled');
    expect(done.map(({ state }) => state)).toEqual(['succeeded', 'cancelled']);
  });

  it('does not wait for the next attempt', async () => {
    const action = new FakeAction(GET, fails('STEP.UNAVAILABLE', { retryAfterMs: 3_600_000 }));
    const worker = aWorker(action);
    const id = await worker.submit({ steps: [aStep({ retry: { limit: 1 } })] });
    const executed = worker.executor.execute(id);
    await waitUntil('it waits', async () => (await worker.look(id)).steps[0]?.error?.code, { intervalMs: 1 });
    await worker.runs.store.cancel(id, 'lea');
    await worker.leases.beat();
    await executed;
    expect(await worker.look(id)).toMatchObject({ run: { state: 'cancelled' }, steps: [{ state: 'cancelled' }] });
  });
});

describe('a run that takes too long', () => {
  it('stops in the middle of a step', async () => {
    const { worker, id, executed } = await atWork({}, { steps }, 50);
    await executed;
    const { run, steps: done } = await worker.look(id);
    expect(run).toMatchObject({ state: 'timed_out', reason: { code: 'RUN_TIMEOUT' } });
    expect(done.map(({ state }) => state)).toEqual(['cancelled', 'skipped']);
  });
});

describe('a worker that shuts down', () => {
  const env = { SHUTDOWN_TIMEOUT_MS: '100' };

  it('hands its run back, and the next one repeats what may be repeated', async () => {
    const { worker, id, executed } = await atWork({ env });
    worker.leases.drain();
    await executed;
    expect(await worker.look(id)).toMatchObject({ run: { state: 'queued', reason: { code: 'WORKER_SHUTDOWN' } } });
    const again = new FakeAction(GET);
    const { run, steps: done } = await takeOver(worker, id, again);
    expect(run).toMatchObject({ state: 'succeeded', fence: 2, reason: null });
    expect(done.map(({ state, attempt }) => [state, attempt])).toEqual([['succeeded', 2], ['succeeded', 1]]); // prettier-ignore
  });

  it('never has a finished step done again', async () => {
    const action = new FakeAction(GET, succeeds(), worksUntilStopped());
    const worker = aWorker(action, { env });
    const id = await worker.submit({ steps });
    const executed = worker.executor.execute(id);
    await waitUntil('the second step is at work', () => action.calls.length === 2, { intervalMs: 1 });
    worker.leases.drain();
    await executed;
    const again = new FakeAction(GET);
    expect((await takeOver(worker, id, again)).run.state).toBe('succeeded');
    expect(again.calls.map(({ context }) => context.stepName)).toEqual(['two']);
  });

  it('gives a person the run that was in the middle of a once action', async () => {
    const { worker, id, executed } = await atWork({ env, effects: { [GET]: 'once' } });
    worker.leases.drain();
    await executed;
    expect((await worker.look(id)).run).toMatchObject({ state: 'needs_attention' });
  });
});

describe('a run whose worker was lost', () => {
  /** The first worker is gone after it started the step; nothing was recorded since. */
  async function lost(): Promise<{ worker: WorkerHarness; id: string }> {
    const worker = aWorker(new FakeAction(GET));
    const id = await worker.submit({ steps });
    await worker.runs.journal.claim(id);
    const step = { index: 0, state: 'running', attempt: 1 } as const;
    await worker.runs.journal.write({ runId: id, fence: 1, step, events: [] });
    await worker.runs.pass(LEASE_MS * 2);
    return { worker, id };
  }

  it.each(['read', 'idempotent'] as const)('repeats a %s step, without taking it from its retries', async (effect) => {
    const { worker, id } = await lost();
    const action = new FakeAction(GET, succeeds());
    const { run, steps: done, events } = await takeOver(worker, id, action, effect);
    expect(run).toMatchObject({ state: 'succeeded', fence: 2 });
    expect(done[0]).toMatchObject({ state: 'succeeded', attempt: 2 });
    expect(events.flatMap((e) => (e.type === 'step' && e.stepIndex === 0 ? [e.data.state] : []))).toEqual([
      ...['unknown', 'running', 'succeeded'],
    ]);
  });

  it.each(['once', 'checkable'] as const)('leaves a %s step to a person', async (effect) => {
    const { worker, id } = await lost();
    const action = new FakeAction(GET);
    const { run, steps: done } = await takeOver(worker, id, action, effect);
    expect(run).toMatchObject({ state: 'needs_attention', reason: { code: 'OUTCOME_UNKNOWN' } });
    expect(done.map(({ state }) => state)).toEqual(['unknown', 'pending']);
    expect(action.calls).toEqual([]);
  });

  it('is cancelled without another start when that was asked for', async () => {
    const { worker, id } = await lost();
    await worker.runs.store.cancel(id, 'lea');
    const action = new FakeAction(GET);
    const { run, steps: done } = await takeOver(worker, id, action);
    expect(run.state).toBe('cancelled');
    expect(done.map(({ state }) => state)).toEqual(['unknown', 'cancelled']);
    expect(action.calls).toEqual([]);
  });

  it('goes on after the last finished step, and still knows its outputs', async () => {
    const worker = aWorker(new FakeAction(GET));
    const second = aStep({ name: 'two', with: { kind: 'Pod', name: '${{ steps.one.outputs.object.name }}' } });
    const id = await worker.submit({ steps: [steps[0]!, second] });
    await worker.runs.journal.claim(id);
    for (const state of ['running', 'succeeded'] as const) {
      const step = { index: 0, state, attempt: 1, outputs: { object: { name: 'found' } } };
      await worker.runs.journal.write({ runId: id, fence: 1, step, events: [] });
    }
    await worker.runs.pass(LEASE_MS * 2);
    const action = new FakeAction(GET);
    const { run } = await takeOver(worker, id, action);
    expect(run.state).toBe('succeeded');
    expect(action.calls.map(({ input }) => input['name'])).toEqual(['found']);
  });

  it('is not touched again by the old worker, nor by what that still says', async () => {
    const { worker, id, executed, action } = await atWork();
    await worker.runs.pass(LEASE_MS * 2);
    expect(await worker.runs.otherJournal.claim(id)).toMatchObject({ run: { fence: 2 } });
    const before = await worker.look(id);
    action.calls[0]?.context.log('from the dead');
    await worker.leases.beat();
    await executed;
    expect(await worker.look(id)).toEqual(before);
  });
});
