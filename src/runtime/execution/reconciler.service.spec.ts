import { describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';

import { aRun } from '../../../test/builders/run.builder.js';
import { FakeRunQueue } from '../../../test/fakes/fake-run.queue.js';
import { fakeRuns, LEASE_MS } from '../../../test/runtime/runs.subject.js';
import { loadConfig } from '../../platform/config/config.js';
import { Reconciler } from './reconciler.service.js';

Logger.overrideLogger(false);

const INTERVAL_MS = 1000;
const config = loadConfig({
  ...{ DATABASE_URL: 'postgres://nobody@127.0.0.1/none', RECONCILE_INTERVAL_MS: String(INTERVAL_MS) },
});

async function setUp(count = 1) {
  const runs = fakeRuns();
  const queue = new FakeRunQueue();
  const asked = Array.from({ length: count }, () => aRun());
  for (const run of asked) await runs.store.submit(run);
  return { runs, queue, ids: asked.map(({ id }) => id), reconciler: new Reconciler(runs.journal, queue, config) };
}

describe(Reconciler.name, () => {
  it('leaves a run alone that the queue was just told of', async () => {
    const { reconciler, queue } = await setUp();
    await reconciler.tick();
    expect(queue.delivered).toEqual([]);
  });

  it('tells the queue again of every run that waits, however many', async () => {
    const { runs, reconciler, queue, ids } = await setUp(1200);
    await runs.pass(INTERVAL_MS * 3);
    await reconciler.tick();
    expect(new Set(queue.delivered.map(({ runId }) => runId))).toEqual(new Set(ids));
    expect(queue.delivered).toHaveLength(1200);
  });

  it('tells it of a run whose worker was lost, with the fence that it has', async () => {
    const { runs, reconciler, queue, ids } = await setUp();
    await runs.journal.claim(ids[0]!);
    await runs.pass(LEASE_MS * 2);
    await reconciler.tick();
    expect(queue.delivered).toEqual([{ runId: ids[0], fence: 1 }]);
  });

  it('ends what nobody will take', async () => {
    const { runs, reconciler, queue, ids } = await setUp();
    await runs.pass(3_600_000);
    await reconciler.tick();
    expect(await runs.store.find(ids[0]!)).toMatchObject({ state: 'timed_out' });
    expect(queue.delivered).toEqual([]);
  });

  it('lets a run cost only so many workers', async () => {
    const { runs, reconciler, ids } = await setUp();
    for (let n = 0; n < 5; n++) {
      expect(await runs.journal.claim(ids[0]!)).toBeDefined();
      await runs.pass(LEASE_MS * 2);
      await reconciler.tick();
    }
    expect(await runs.store.find(ids[0]!)).toMatchObject({ state: 'needs_attention', reason: { code: 'WORKER_LOST' } });
  });

  it('looks again after the queue was away', async () => {
    const { runs, reconciler, queue, ids } = await setUp();
    await runs.pass(INTERVAL_MS * 3);
    queue.isAway = true;
    await reconciler.tick();
    queue.isAway = false;
    await runs.pass(INTERVAL_MS * 3);
    await reconciler.tick();
    expect(queue.delivered.map(({ runId }) => runId)).toEqual(ids);
  });

  it('never looks twice at a time, and ends its look before it shuts down', async () => {
    const { runs, reconciler } = await setUp();
    let finish = (): void => undefined;
    const look = jest.spyOn(runs.journal, 'takeDue').mockImplementation(
      () => new Promise((resolve) => (finish = () => resolve([]))), // prettier-ignore
    );
    void reconciler.tick();
    void reconciler.tick();
    await new Promise((resolve) => setImmediate(resolve));
    expect(look).toHaveBeenCalledTimes(1);
    let closed = false;
    const closing = reconciler.beforeApplicationShutdown().then(() => (closed = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBe(false);
    finish();
    await closing;
  });
});
