import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { v7 as uuid } from 'uuid';

import { runQueueContract, type RunQueueSubject } from '../contracts/run-queue.contract.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { redisUrl, startRedis, type TestRedis } from '../support/redis.js';
import { waitUntil } from '../support/wait-until.js';
import { bullQueue } from './bull-queue.js';

const sharedRedis = redisUrl();
let database: TestDatabase | undefined;

afterAll(() => database?.drop());

runQueueContract('PostgreSQL', async () => {
  database = await createDatabase();
  return bullQueue({ QUEUE_BACKEND: 'postgres', DATABASE_URL: database.url });
});

// Without Redis on the machine `npm test` says that it was left out, and in CI fails.
if (sharedRedis !== undefined) {
  runQueueContract('Redis', () => bullQueue({ QUEUE_BACKEND: 'redis', REDIS_URL: sharedRedis }));

  describe('RunQueue: a Redis that breaks', () => {
    let redis: TestRedis | undefined;
    let subject: RunQueueSubject | undefined;

    const start = async (): Promise<RunQueueSubject> => {
      redis = await startRedis();
      subject = await bullQueue({ QUEUE_BACKEND: 'redis', REDIS_URL: redis.url });
      return subject;
    };
    afterEach(async () => {
      await subject?.close();
      await redis?.stop();
      redis = undefined;
    });

    it('delivers again after everything in it was lost', async () => {
      const { queue, received, ...worker } = await start();
      const [before, after] = [uuid(), uuid()];
      await queue.deliver([{ runId: before, fence: 0 }]);
      const client = new Redis(redis!.url);
      await client.flushall();
      await client.quit();
      await queue.deliver([{ runId: after, fence: 0 }]);
      await worker.work();
      await waitUntil('a run arrives', () => received.length > 0);
      expect(received).toEqual([{ runId: after }]);
    });

    it('refuses a delivery at once when it is away, instead of keeping the caller', async () => {
      const { queue } = await start();
      await redis!.stop();
      redis = undefined;
      const delivered = queue.deliver([{ runId: uuid(), fence: 0 }]).then(
        () => 'delivered',
        () => 'refused',
      );
      const deadline = new Promise((resolve) => setTimeout(resolve, 10_000, 'kept').unref());
      expect(await Promise.race([delivered, deadline])).toBe('refused');
    });
  });
}
