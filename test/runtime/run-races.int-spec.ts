import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { aRun } from '../builders/run.builder.js';
import { waitUntil } from '../support/wait-until.js';
import { type PostgresRuns, postgresRuns } from './postgres-runs.js';

let runs: PostgresRuns;

beforeAll(async () => {
  runs = await postgresRuns();
});
afterAll(() => runs.close());

/** Does `first` in a transaction that stays open until `second` waits for it. */
async function overtaken<T>(first: string, values: readonly unknown[], second: () => Promise<T>): Promise<T> {
  const runner = runs.source.createQueryRunner();
  await runner.startTransaction();
  try {
    await runner.query(first, [...values]);
    const answer = second();
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await waitUntil('the second statement waits', async () => (await runs.query(waiting)).length > 0);
    await runner.commitTransaction();
    return await answer;
  } finally {
    await runner.release();
  }
}

describe('PostgresRunStore', () => {
  it('marks a run for cancellation that is claimed in that moment', async () => {
    const { id } = (await runs.store.submit(aRun())).run;
    const claim = `UPDATE run SET state = 'running', fence = 1, lease_until = now() + interval '1 hour' WHERE id = $1`;
    expect(await overtaken(claim, [id], () => runs.store.cancel(id, 'lea'))).toMatchObject({ state: 'running' });
    expect(await runs.journal.heartbeat([{ runId: id, fence: 1 }])).toEqual([{ runId: id, cancelRequested: true }]);
  });

  it('does not hand out a run that is cancelled in that moment', async () => {
    const { id } = (await runs.store.submit(aRun())).run;
    const cancel = `UPDATE run SET state = 'cancelled', fence = 1 WHERE id = $1`;
    expect(await overtaken(cancel, [id], () => runs.journal.claim(id))).toBeUndefined();
    expect(await runs.store.find(id)).toMatchObject({ state: 'cancelled', fence: 1 });
  });

  it('takes the same keys from two processes in any order', async () => {
    const keys = Array.from({ length: 60 }, () => aRun().idempotencyKey);
    const submit = (store: PostgresRuns['store'], order: readonly string[]) =>
      Promise.all(order.map((idempotencyKey) => store.submit(aRun({ idempotencyKey }))));
    const [one, two] = await Promise.all([submit(runs.store, keys), submit(runs.otherStore, keys.toReversed())]);
    expect(new Set([...one, ...two].map(({ run }) => run.id)).size).toBe(keys.length);
  });

  it('stores what PostgreSQL has no place for as a replacement character', async () => {
    const asked = aRun({ inputs: { 'a\0': 'b\0', deep: [{ '\ud800': '\udfff' }] } });
    await runs.store.submit(asked);
    expect(await runs.store.find(asked.id)).toMatchObject({
      inputs: { 'a\ufffd': 'b\ufffd', deep: [{ '\ufffd': '\ufffd' }] },
    });
  });
});
