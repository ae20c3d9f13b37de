import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuid } from 'uuid';

import { encodeCursor } from '../../src/platform/http/cursor.js';
import type { NewRun, Run } from '../../src/runtime/runs/run.js';
import { MAX_COUNTED, type RunFilter } from '../../src/runtime/runs/run.store.js';
import { aRun } from '../builders/run.builder.js';
import type { RunsSubject } from '../runtime/runs.subject.js';

const otherRequest = Buffer.from('another request');

/** What every RunStore promises. */
export function runStoreContract(title: string, open: () => RunsSubject | Promise<RunsSubject>): void {
  describe(`RunStore: ${title}`, () => {
    let subject: RunsSubject;

    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject.close());

    const listed = async (filter: RunFilter, limit: number): Promise<Run[]> => {
      const runs: Run[] = [];
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page = await subject.store.list(filter, { limit, ...(cursor !== undefined && { cursor }) });
        expect(page.items.length).toBeLessThanOrEqual(limit);
        runs.push(...page.items);
        cursor = page.nextCursor;
      }
      return runs;
    };

    describe('submit', () => {
      it('stores the run, its steps in order and its first event', async () => {
        const asked = aRun();
        const { run, replayed } = await subject.store.submit(asked);
        expect(replayed).toBe(false);
        expect(run).toMatchObject({ id: asked.id, state: 'queued', fence: 0, startedAt: null, finishedAt: null });
        expect(await subject.store.find(asked.id)).toEqual(run);
        expect((await subject.store.steps(asked.id)).map(({ index, name, state }) => [index, name, state])).toEqual([
          ...[[0, 'look', 'pending'], [1, 'restart', 'pending'], [2, 'healthy', 'pending']], // prettier-ignore
        ]);
        expect(await subject.store.events(asked.id, -1, 10)).toEqual([
          { seq: 0, at: expect.any(Date), type: 'run', data: { state: 'queued' } },
        ]);
      });

      it('answers the run of the first request when a key comes again', async () => {
        const asked = aRun();
        const first = await subject.store.submit(asked);
        const again = await subject.store.submit(aRun({ idempotencyKey: asked.idempotencyKey }));
        expect(again).toEqual({ run: first.run, replayed: true });
        expect(await subject.store.findStarted(asked)).toEqual(first.run);
        expect(await subject.store.findStarted(aRun())).toBeUndefined();
      });

      it('refuses a key that started another request', async () => {
        const asked = aRun();
        await subject.store.submit(asked);
        const other = aRun({ idempotencyKey: asked.idempotencyKey, requestHash: otherRequest });
        await expect(subject.store.submit(other)).rejects.toMatchObject({ code: 'idempotency-key-reused' });
        expect(await subject.store.find(other.id)).toBeUndefined();
      });

      it('lets two requesters use the same key', async () => {
        const asked = aRun();
        await subject.store.submit(asked);
        const other = aRun({ idempotencyKey: asked.idempotencyKey, requestedBy: 'somebody else' });
        expect(await subject.store.submit(other)).toMatchObject({ replayed: false, run: { id: other.id } });
      });

      it('starts one run when the same request arrives many times at once', async () => {
        const idempotencyKey = aRun().idempotencyKey;
        const asked = Array.from({ length: 20 }, () => aRun({ idempotencyKey }));
        const answers = await Promise.all(asked.map((run) => subject.store.submit(run)));
        expect(new Set(answers.map(({ run }) => run.id)).size).toBe(1);
        expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
      });
    });

    describe('list', () => {
      it('answers the newest first, page by page, each run once', async () => {
        const workflow = 'listed';
        const asked = Array.from({ length: 5 }, () => aRun({ workflow }));
        for (const run of asked) await subject.store.submit(run);
        const ids = (await listed({ workflow }, 2)).map(({ id }) => id);
        expect(ids).toEqual(asked.map(({ id }) => id).reverse());
      });

      it('has no next page after a page that is just full', async () => {
        const workflow = 'just-full';
        await subject.store.submit(aRun({ workflow }));
        expect(await subject.store.list({ workflow }, { limit: 1 })).toMatchObject({ nextCursor: null });
      });

      it('filters by workflow and state', async () => {
        const workflow = 'filtered';
        const [queued, cancelled] = [aRun({ workflow }), aRun({ workflow })];
        for (const run of [queued, cancelled]) await subject.store.submit(run);
        await subject.store.cancel(cancelled.id, 'ci');
        expect((await listed({ workflow, state: 'queued' }, 10)).map(({ id }) => id)).toEqual([queued.id]);
        expect((await listed({ workflow, state: 'cancelled' }, 10)).map(({ id }) => id)).toEqual([cancelled.id]);
        expect(await listed({ workflow: 'unknown' }, 10)).toEqual([]);
      });

      it('filters by version, alone and with the rest', async () => {
        const workflow = 'by-version';
        const asked = ['1.0.0', '1.1.0', '1.0.0'].map((version) => aRun({ workflow, version }));
        for (const run of asked) await subject.store.submit(run);
        await subject.store.cancel(asked[0]!.id, 'ci');
        const ids = async (filter: RunFilter): Promise<string[]> => (await listed(filter, 1)).map(({ id }) => id);
        expect(await ids({ workflow, version: '1.0.0' })).toEqual([asked[2]!.id, asked[0]!.id]);
        expect(await ids({ workflow, version: '1.0.0', state: 'cancelled' })).toEqual([asked[0]!.id]);
        expect(await ids({ workflow, version: '2.0.0' })).toEqual([]);
      });

      it.each(['x', encodeCursor(['x']), encodeCursor(['a\0']), encodeCursor([])])(
        'refuses the cursor %s',
        async (cursor) => {
          await expect(subject.store.list({}, { limit: 5, cursor })).rejects.toMatchObject({ code: 'cursor-invalid' });
        },
      );
    });

    describe('history', () => {
      const DAY = 86_400_000;
      const since = new Date(Date.now() - 30 * DAY);
      const daysAgo = (days: number): string => uuid({ msecs: Date.now() - days * DAY });

      it('counts the runs of each state, and has the last one', async () => {
        const workflow = 'history';
        const submit = async (...runs: readonly Partial<NewRun>[]): Promise<string[]> => {
          for (const more of runs) await subject.store.submit(aRun({ workflow, ...more }));
          return (await listed({ workflow }, 100)).map(({ id }) => id);
        };
        expect(await subject.store.history({ workflow }, since)).toEqual({ counts: {}, last: null, since });
        const ids = await submit({ version: '1.0.0' }, { version: '1.1.0' }, { version: '1.1.0' });
        await subject.store.cancel(ids[0]!, 'ci');
        await submit({ dryRun: true, version: '1.1.0' }, { id: daysAgo(31), version: '0.9.0' });
        const last = await subject.store.find(ids[0]!);
        expect(await subject.store.history({ workflow }, since)).toEqual({
          counts: { queued: 2, cancelled: 1 },
          last,
          since,
        });
        const counts = { queued: 1, cancelled: 1 };
        expect(await subject.store.history({ workflow, version: '1.1.0' }, since)).toEqual({ counts, last, since });
        const old = await subject.store.history({ workflow, version: '0.9.0' }, since);
        expect(old).toMatchObject({ counts: {}, last: { version: '0.9.0' } });
        expect(await subject.store.history({ workflow, version: '9.9.9' }, since)).toEqual({
          counts: {},
          last: null,
          since,
        });
      });

      it('looks at so many runs only, and says since when', async () => {
        const workflow = 'history-of-many';
        const oldest = aRun({ workflow, id: daysAgo(3) });
        await subject.store.submit(oldest);
        const more = Array.from({ length: MAX_COUNTED }, (_, i) =>
          aRun({ workflow, id: daysAgo(1), dryRun: i === 0, steps: [] }),
        );
        await Promise.all(more.map((run) => subject.store.submit(run)));
        const found = await subject.store.history({ workflow }, since);
        expect(found.counts).toEqual({ queued: MAX_COUNTED - 1 });
        expect(found.since.getTime()).toBeGreaterThan(since.getTime());
      });
    });

    it('knows whether a version was ever asked to run, dry or not', async () => {
      const workflow = 'has-runs';
      await subject.store.submit(aRun({ workflow, version: '1.0.0' }));
      await subject.store.submit(aRun({ workflow, version: '1.1.0', dryRun: true }));
      const versions = ['1.0.0', '1.1.0', '1.2.0'];
      const found = await Promise.all(versions.map((version) => subject.store.hasRuns(workflow, version)));
      expect(found).toEqual([true, true, false]);
      expect(await subject.store.hasRuns('has-none', '1.0.0')).toBe(false);
    });

    it('remembers that a digest was dry-run once a dry-run of it succeeded', async () => {
      const { id, digest } = (await subject.store.submit(aRun({ dryRun: true, digest: 'sha256:planned' }))).run;
      await subject.store.submit(aRun({ digest: 'sha256:live' }));
      await subject.journal.claim(id);
      expect(await subject.store.hasDryRun(digest)).toBe(false);
      await subject.journal.write({ runId: id, fence: 1, run: { state: 'succeeded' }, events: [] });
      expect(await subject.store.hasDryRun(digest)).toBe(true);
      expect(await subject.store.hasDryRun('sha256:live')).toBe(false);
    });

    describe('cancel', () => {
      it('ends a queued run and its steps at once', async () => {
        const { id } = (await subject.store.submit(aRun())).run;
        const run = await subject.store.cancel(id, 'lea');
        expect(run).toMatchObject({ state: 'cancelled', reason: { code: 'CANCELLED' }, finishedAt: expect.any(Date) });
        expect((await subject.store.steps(id)).map(({ state }) => state)).toEqual(Array(3).fill('cancelled'));
        expect((await subject.store.events(id, 0, 10)).map(({ data }) => data)).toMatchObject([{ state: 'cancelled' }]);
        expect(await subject.journal.claim(id)).toBeUndefined();
      });

      it('asks the owner of a running run to stop, and leaves it running until then', async () => {
        const { id } = (await subject.store.submit(aRun())).run;
        await subject.journal.claim(id);
        expect(await subject.store.cancel(id, 'lea')).toMatchObject({ state: 'running', finishedAt: null });
        expect(await subject.journal.heartbeat([{ runId: id, fence: 1 }])).toEqual([
          { runId: id, cancelRequested: true },
        ]);
      });

      it('changes nothing in a run that has ended', async () => {
        const { id } = (await subject.store.submit(aRun())).run;
        await subject.journal.claim(id);
        await subject.journal.write({ runId: id, fence: 1, run: { state: 'succeeded' }, events: [] });
        const before = await subject.store.find(id);
        expect(await subject.store.cancel(id, 'lea')).toEqual(before);
      });

      it('does not lose a step that an earlier owner may have had at work', async () => {
        const { id } = (await subject.store.submit(aRun())).run;
        await subject.journal.claim(id);
        const step = { index: 0, state: 'running', attempt: 1 } as const;
        await subject.journal.write({ runId: id, fence: 1, step, events: [] });
        await subject.journal.write({ runId: id, fence: 1, run: { state: 'queued' }, events: [] });
        await subject.store.cancel(id, 'lea');
        expect((await subject.store.steps(id)).map(({ state }) => state)).toEqual([
          'unknown',
          'cancelled',
          'cancelled',
        ]);
      });

      it('knows nothing of a run that does not exist', async () => {
        expect(await subject.store.cancel(aRun().id, 'lea')).toBeUndefined();
      });
    });

    it('answers events in their order, from where the reader was, and at most so many', async () => {
      const { id } = (await subject.store.submit(aRun())).run;
      await subject.journal.claim(id);
      await subject.store.cancel(id, 'lea');
      await subject.journal.write({ runId: id, fence: 1, run: { state: 'cancelled' }, events: [] });
      const all = await subject.store.events(id, -1, 10);
      expect(all.map(({ data }) => data)).toMatchObject([{ state: 'queued' }, { state: 'running' }]);
      expect(await subject.store.events(id, all[0]!.seq, 10)).toEqual(all.slice(1));
      expect(await subject.store.events(id, -1, 1)).toEqual(all.slice(0, 1));
    });
  });
}
