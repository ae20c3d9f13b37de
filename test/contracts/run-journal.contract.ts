import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { JournalEntry, StepChange } from '../../src/runtime/execution/run-journal.js';
import type { NewRun } from '../../src/runtime/runs/run.js';
import { eventSeq, type NumberedEvent } from '../../src/runtime/runs/run-event.js';
import type { StepState } from '../../src/runtime/runs/step.state.js';
import { aRun } from '../builders/run.builder.js';
import { LEASE_MS, type RunsSubject } from '../runtime/runs.subject.js';

const LOST = { owned: false };

function logLine(fence: number, count: number, line = `line ${count}`): NumberedEvent {
  return { seq: eventSeq(fence, count), type: 'log', stepIndex: 0, data: { step: 'look', line } };
}

function stepEvent(fence: number, count: number, { index, state, attempt }: StepChange): NumberedEvent {
  const data = { step: 'look', state, attempt };
  return { seq: eventSeq(fence, count), type: 'step', stepIndex: index, data };
}

/** What every RunJournal promises. */
export function runJournalContract(title: string, open: () => RunsSubject | Promise<RunsSubject>): void {
  describe(`RunJournal: ${title}`, () => {
    let subject: RunsSubject;

    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject.close());

    const queued = async (more: Partial<NewRun> = {}): Promise<string> =>
      (await subject.store.submit(aRun(more))).run.id;

    const claimed = async (more: Partial<NewRun> = {}): Promise<string> => {
      const id = await queued(more);
      await subject.journal.claim(id);
      return id;
    };

    const write = (runId: string, entry: Partial<JournalEntry>) =>
      subject.journal.write({ runId, fence: 1, events: [], ...entry });

    const become = async (runId: string, index: number, ...states: readonly StepState[]): Promise<void> => {
      for (const state of states) await write(runId, { step: { index, state, attempt: 1 } });
    };

    const statesOf = async (runId: string): Promise<string[]> =>
      (await subject.store.steps(runId)).map(({ state }) => state);

    const linesOf = async (runId: string): Promise<string[]> =>
      (await subject.store.events(runId, -1, 100)).flatMap((e) => (e.type === 'log' ? [e.data.line] : []));

    describe('claim', () => {
      it('has one winner, however many workers try', async () => {
        const id = await queued();
        const journals = Array.from({ length: 20 }, (_, n) => (n % 2 ? subject.journal : subject.otherJournal));
        const claims = await Promise.all(journals.map((journal) => journal.claim(id)));
        const won = claims.filter((claim) => claim !== undefined);
        expect(won).toHaveLength(1);
        expect(won[0]).toMatchObject({
          ...{ run: { id, state: 'running', fence: 1, startedAt: expect.any(Date) } },
          ...{ steps: [], cancelRequested: false, remainingMs: expect.any(Number) },
        });
      });

      it('takes over a run only when its lease is over, under a higher fence', async () => {
        const id = await claimed();
        expect(await subject.otherJournal.claim(id)).toBeUndefined();
        await subject.pass(LEASE_MS - 5000);
        expect(await subject.otherJournal.claim(id)).toBeUndefined();
        await subject.pass(6000);
        expect(await subject.otherJournal.claim(id)).toMatchObject({ run: { fence: 2 } });
      });

      it('tells the next owner what was done, and how much time is left', async () => {
        const id = await claimed({ timeoutMs: 3 * LEASE_MS });
        await become(id, 0, 'running', 'succeeded');
        await become(id, 1, 'running');
        await subject.pass(LEASE_MS * 2);
        const again = await subject.otherJournal.claim(id);
        expect(again?.steps).toMatchObject([
          ...[{ index: 0, state: 'succeeded', attempt: 1 }, { index: 1, state: 'running', attempt: 1 }], // prettier-ignore
          { index: 2, state: 'pending', attempt: 0 },
        ]);
        expect(again?.remainingMs).toBeGreaterThan(0);
        expect(again?.remainingMs).toBeLessThanOrEqual(LEASE_MS);
      });

      it('says that the run is to be cancelled', async () => {
        const id = await claimed();
        await subject.store.cancel(id, 'lea');
        await subject.pass(LEASE_MS * 2);
        expect(await subject.journal.claim(id)).toMatchObject({ cancelRequested: true });
      });

      it('leaves alone what has ended or does not exist', async () => {
        const id = await claimed();
        await write(id, { run: { state: 'failed' } });
        await subject.pass(LEASE_MS * 2);
        expect(await subject.journal.claim(id)).toBeUndefined();
        expect(await subject.journal.claim(aRun().id)).toBeUndefined();
      });
    });

    describe('write', () => {
      it('records a step from its start to its end', async () => {
        const id = await claimed();
        const started = await write(id, { step: { index: 0, state: 'running', attempt: 1 } });
        expect(started).toEqual({ owned: true, cancelRequested: false, stepStartedAt: expect.any(Date) });
        await write(id, { step: { index: 0, state: 'succeeded', attempt: 1, outputs: { replicas: 3 } } });
        expect((await subject.store.steps(id))[0]).toMatchObject({
          ...{ state: 'succeeded', attempt: 1, outputs: { replicas: 3 }, error: null },
          ...{ startedAt: expect.any(Date), finishedAt: expect.any(Date) },
        });
      });

      it('keeps the time of the first attempt through all others', async () => {
        const id = await claimed();
        const first = await write(id, { step: { index: 0, state: 'running', attempt: 1 } });
        await write(id, { step: { index: 0, state: 'pending', attempt: 1, error: { code: 'X', message: 'x' } } });
        const second = await write(id, { step: { index: 0, state: 'running', attempt: 2 } });
        expect(second).toEqual(first);
        expect((await subject.store.steps(id))[0]).toMatchObject({ attempt: 2, error: null });
      });

      it('changes nothing under an old fence', async () => {
        const id = await claimed();
        await subject.pass(LEASE_MS * 2);
        await subject.otherJournal.claim(id);
        const step = { index: 0, state: 'running', attempt: 1 } as const;
        expect(await write(id, { step, events: [stepEvent(1, 1, step), logLine(1, 2)] })).toEqual(LOST);
        expect(await write(id, { run: { state: 'failed' } })).toEqual(LOST);
        expect(await subject.store.find(id)).toMatchObject({ state: 'running', fence: 2 });
        expect(await statesOf(id)).toEqual(['pending', 'pending', 'pending']);
        expect(await linesOf(id)).toEqual([]);
      });

      it('tells an old owner from the new one when both write through one worker at once', async () => {
        const id = await claimed();
        await subject.pass(LEASE_MS * 2);
        await subject.journal.claim(id);
        const answers = await Promise.all([
          write(id, { fence: 2, events: [logLine(2, 1, 'new owner')] }),
          write(id, { fence: 1, run: { state: 'failed' }, events: [logLine(1, 1, 'old owner')] }),
          write(id, { fence: 1, step: { index: 1, state: 'running', attempt: 1 } }),
        ]);
        expect(answers).toEqual([expect.objectContaining({ owned: true }), LOST, LOST]);
        expect(await subject.store.find(id)).toMatchObject({ state: 'running' });
        expect(await linesOf(id)).toEqual(['new owner']);
        expect(await statesOf(id)).toEqual(['pending', 'pending', 'pending']);
      });

      it('never starts a step again that has succeeded', async () => {
        const id = await claimed();
        await become(id, 0, 'running', 'succeeded');
        const again = await write(id, { step: { index: 0, state: 'running', attempt: 2 }, events: [logLine(1, 9)] });
        expect(again).toEqual(LOST);
        expect((await subject.store.steps(id))[0]).toMatchObject({ state: 'succeeded', attempt: 1 });
        expect(await linesOf(id)).toEqual([]);
      });

      it('does all of an entry or nothing', async () => {
        const id = await claimed();
        await become(id, 0, 'running', 'succeeded');
        const step = { index: 0, state: 'failed', attempt: 1 } as const;
        expect(await write(id, { step, run: { state: 'failed' } })).toEqual(LOST);
        expect(await subject.store.find(id)).toMatchObject({ state: 'running', finishedAt: null });
      });

      it('starts no step once the run is to be cancelled, and keeps what was said until then', async () => {
        const id = await claimed();
        await subject.store.cancel(id, 'lea');
        const step = { index: 0, state: 'running', attempt: 1 } as const;
        const answer = await write(id, { step, events: [logLine(1, 1), stepEvent(1, 2, step)] });
        expect(answer).toMatchObject({ owned: true, cancelRequested: true });
        expect(await statesOf(id)).toEqual(['pending', 'pending', 'pending']);
        expect((await subject.store.events(id, eventSeq(1, 0), 10)).map(({ type }) => type)).toEqual(['log']);
      });

      it('records the end of a step though the run is to be cancelled', async () => {
        const id = await claimed();
        await become(id, 0, 'running');
        await subject.store.cancel(id, 'lea');
        await write(id, { step: { index: 0, state: 'succeeded', attempt: 1 }, run: { state: 'cancelled' } });
        expect(await subject.store.find(id)).toMatchObject({ state: 'cancelled' });
        expect(await statesOf(id)).toEqual(['succeeded', 'cancelled', 'cancelled']);
      });

      it.each([
        ['succeeded', ['succeeded', 'skipped', 'skipped']],
        ['failed', ['succeeded', 'skipped', 'skipped']],
        ['timed_out', ['succeeded', 'skipped', 'skipped']],
        ['cancelled', ['succeeded', 'cancelled', 'cancelled']],
        ['needs_attention', ['succeeded', 'pending', 'pending']],
        ['queued', ['succeeded', 'pending', 'pending']],
      ] as const)('settles the steps that never started when the run becomes %s', async (state, steps) => {
        const id = await claimed();
        await become(id, 0, 'running', 'succeeded');
        await write(id, { run: { state } });
        expect(await statesOf(id)).toEqual(steps);
      });

      it.each(['failed', 'timed_out', 'cancelled', 'needs_attention'] as const)(
        'leaves no step at work in a run that is %s',
        async (state) => {
          const id = await claimed();
          await become(id, 0, 'running');
          await write(id, { run: { state } });
          expect((await statesOf(id))[0]).toBe('unknown');
        },
      );

      it('adds nothing when it is repeated after a lost answer', async () => {
        const id = await claimed();
        const step = { index: 0, state: 'running', attempt: 1 } as const;
        const entry = { step, events: [stepEvent(1, 1, step), logLine(1, 2)] };
        const first = await write(id, entry);
        const before = await subject.store.events(id, -1, 100);
        expect(await write(id, entry)).toEqual(first);
        expect(await subject.store.events(id, -1, 100)).toEqual(before);
        expect((await subject.store.steps(id))[0]).toMatchObject({ state: 'running', attempt: 1 });
      });

      it('knows its own end of the run again', async () => {
        const id = await claimed();
        await become(id, 0, 'running');
        const end = { seq: eventSeq(1, 3), type: 'run', data: { state: 'succeeded' } } as const;
        const step = { index: 0, state: 'succeeded', attempt: 1 } as const;
        const entry: Partial<JournalEntry> = { step, run: { state: 'succeeded', outputs: { a: 1 } }, events: [end] };
        await write(id, entry);
        const [run, steps, events] = [await subject.store.find(id), await subject.store.steps(id), await linesOf(id)];
        expect(await write(id, entry)).toMatchObject({ owned: true });
        expect([await subject.store.find(id), await subject.store.steps(id), await linesOf(id)]).toEqual([
          ...[run, steps, events],
        ]);
        expect(await write(id, { run: { state: 'failed' } })).toEqual(LOST);
      });

      it('hands the run back to the queue, where the next owner finds it as it was left', async () => {
        const id = await claimed();
        await become(id, 0, 'running');
        await write(id, { run: { state: 'queued', reason: { code: 'WORKER_SHUTDOWN', message: 'bye' } } });
        expect(await subject.store.find(id)).toMatchObject({ state: 'queued', finishedAt: null });
        expect(await subject.otherJournal.claim(id)).toMatchObject({
          ...{ run: { fence: 2, reason: null }, steps: [{ state: 'running' }, {}, {}] },
        });
      });
    });

    describe('heartbeat', () => {
      it('prolongs the lease of what is still ours, and answers only that', async () => {
        const [mine, taken, ended] = [await claimed(), await claimed(), await claimed()];
        await subject.pass(LEASE_MS * 2);
        await subject.otherJournal.claim(taken);
        await write(ended, { run: { state: 'failed' } });
        const all = [mine, taken, ended].map((runId) => ({ runId, fence: 1 }));
        expect(await subject.journal.heartbeat(all)).toEqual([{ runId: mine, cancelRequested: false }]);
        await subject.pass(LEASE_MS - 5000);
        expect(await subject.otherJournal.claim(mine)).toBeUndefined();
      });

      it('answers nothing when there is nothing', async () => {
        expect(await subject.journal.heartbeat([])).toEqual([]);
      });
    });

    describe('takeDue', () => {
      const take = async (journal = subject.journal, quietMs = 1000, limit = 500): Promise<string[]> =>
        (await journal.takeDue(quietMs, limit)).map(({ runId }) => runId);

      it('shares what is due between reconcilers, and mentions it once in a while', async () => {
        const ids = [await queued(), await queued(), await queued()];
        expect(await take()).not.toContain(ids[0]);
        await subject.pass(2000);
        const [one, other] = await Promise.all([take(), take(subject.otherJournal)]);
        expect([...one, ...other].filter((id) => ids.includes(id)).sort()).toEqual(ids);
        expect(await take()).not.toContain(ids[0]);
      });

      it('takes runs whose owner is gone, and no others that are at work', async () => {
        const [abandoned, alive, ended] = [await claimed(), await claimed(), await claimed()];
        await write(ended, { run: { state: 'failed' } });
        await subject.pass(LEASE_MS + 1000);
        await subject.journal.heartbeat([{ runId: alive, fence: 1 }]);
        const due = await subject.journal.takeDue(1000, 500);
        expect(due).toContainEqual({ runId: abandoned, fence: 1 });
        expect(due.map(({ runId }) => runId)).not.toEqual(expect.arrayContaining([alive]));
        expect(due.map(({ runId }) => runId)).not.toEqual(expect.arrayContaining([ended]));
      });

      it('takes at most so many', async () => {
        await Promise.all([queued(), queued(), queued()]);
        await subject.pass(2000);
        expect(await take(subject.journal, 1000, 2)).toHaveLength(2);
      });
    });

    describe('endOverdue', () => {
      it('ends runs that nobody took in time', async () => {
        const [late, early] = [await queued({ queueTimeoutMs: 1000 }), await queued({ queueTimeoutMs: 10_000_000 })];
        await subject.pass(2000);
        expect((await subject.journal.endOverdue(1000)).timedOut).toBeGreaterThanOrEqual(1);
        expect(await subject.store.find(late)).toMatchObject({ state: 'timed_out', reason: { code: 'QUEUE_TIMEOUT' } });
        expect(await statesOf(late)).toEqual(['skipped', 'skipped', 'skipped']);
        expect((await subject.store.events(late, 0, 5)).map(({ data }) => data)).toMatchObject([
          { state: 'timed_out' },
        ]);
        expect(await subject.store.find(early)).toMatchObject({ state: 'queued' });
      });

      it('does not count the time at work as time in the queue', async () => {
        const id = await claimed({ queueTimeoutMs: 1000 });
        await subject.pass(2000);
        await write(id, { run: { state: 'queued' } });
        await subject.journal.endOverdue(1000);
        expect(await subject.store.find(id)).toMatchObject({ state: 'queued' });
      });

      it('gives a run that cost several workers to a person', async () => {
        const id = await claimed();
        await become(id, 0, 'running');
        await subject.pass(LEASE_MS * 2);
        await subject.journal.endOverdue(2);
        expect(await subject.store.find(id)).toMatchObject({ state: 'running' });
        await subject.journal.claim(id);
        await subject.pass(LEASE_MS * 2);
        expect((await subject.journal.endOverdue(2)).lost).toBeGreaterThanOrEqual(1);
        expect(await subject.store.find(id)).toMatchObject({
          state: 'needs_attention',
          reason: { code: 'WORKER_LOST' },
        });
        expect(await statesOf(id)).toEqual(['unknown', 'pending', 'pending']);
        expect(await write(id, { fence: 2, run: { state: 'succeeded' } })).toEqual(LOST);
      });
    });
  });
}
