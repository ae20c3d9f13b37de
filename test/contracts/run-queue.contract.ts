import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuid } from 'uuid';

import type { RunQueue } from '../../src/runtime/queue/run-queue.js';
import { waitUntil } from '../support/wait-until.js';

export interface RunQueueSubject {
  readonly queue: RunQueue;
  /** What a worker received, in order, since `work` was called. */
  readonly received: readonly unknown[];
  /** Lets a worker take jobs. */
  readonly work: () => Promise<void>;
  /** No worker takes jobs any more; what waits is gone. */
  readonly rest: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What every RunQueue promises. */
export function runQueueContract(title: string, open: () => Promise<RunQueueSubject>): void {
  describe(`RunQueue: ${title}`, () => {
    let subject: RunQueueSubject;

    beforeAll(async () => {
      subject = await open();
    });
    afterEach(() => subject.rest());
    afterAll(() => subject.close());

    const receive = async (count: number): Promise<readonly unknown[]> => {
      await subject.work();
      await waitUntil(`${count} jobs arrive`, () => subject.received.length >= count);
      return subject.received;
    };

    it('brings a worker the id of the run, and nothing else', async () => {
      const runId = uuid();
      await subject.queue.deliver([{ runId, fence: 0 }]);
      expect(await receive(1)).toEqual([{ runId }]);
    });

    it('brings every run of a large delivery', async () => {
      const runs = Array.from({ length: 300 }, () => ({ runId: uuid(), fence: 0 }));
      await subject.queue.deliver(runs);
      const received = await receive(300);
      expect(new Set(received.map((data) => (data as { runId: string }).runId))).toEqual(
        new Set(runs.map(({ runId }) => runId)),
      );
    });

    it('brings a run once that it was told of twice while it waited', async () => {
      const [twice, last] = [uuid(), uuid()];
      await subject.queue.deliver([{ runId: twice, fence: 0 }]);
      await subject.queue.deliver([{ runId: twice, fence: 0 }]);
      await subject.queue.deliver([{ runId: last, fence: 0 }]);
      expect(await receive(2)).toEqual([{ runId: twice }, { runId: last }]);
    });

    it('brings a run again under a new fence', async () => {
      const runId = uuid();
      await subject.queue.deliver([{ runId, fence: 0 }]);
      await subject.queue.deliver([{ runId, fence: 1 }]);
      expect(await receive(2)).toEqual([{ runId }, { runId }]);
    });

    it('brings a run again that was done before', async () => {
      const runId = uuid();
      await subject.queue.deliver([{ runId, fence: 0 }]);
      await receive(1);
      // The job is forgotten a moment after its worker has ended it.
      await waitUntil('the run comes again', async () => {
        await subject.queue.deliver([{ runId, fence: 0 }]);
        return subject.received.length >= 2;
      });
    });
  });
}
