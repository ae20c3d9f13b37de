import {
  type BackendFactory,
  createPostgresBackend,
  createRedisBackend,
  Queue,
  type QueueOptions,
  Worker,
} from 'bullmq';

import { seconds, times } from './statistics.ts';

export interface QueueAddress {
  readonly backend: 'postgres' | 'redis';
  readonly url: string;
}

/** Jobs per second that BullMQ alone adds and processes on this backend: no row, no package, nothing durable but the job. */
export async function rawThroughput(
  at: QueueAddress,
  jobs: number,
  inFlight: number,
  concurrency: number,
): Promise<number> {
  const name = `raw-${process.pid}-${Date.now()}`;
  const factory = (at.backend === 'postgres' ? createPostgresBackend : createRedisBackend) as BackendFactory;
  const options =
    at.backend === 'postgres' ? { connectionString: at.url, max: 10 } : { url: at.url, maxRetriesPerRequest: null };
  const connection = options as unknown as QueueOptions['connection'];
  const queue = new Queue(name, { connection }, factory);
  let done = 0;
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const count = (): Promise<void> => {
    done += 1;
    if (done === jobs) finish();
    return Promise.resolve();
  };
  const worker = new Worker(name, count, { connection, concurrency }, factory);
  await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
  const taken = await seconds(async () => {
    await times(jobs, inFlight, (i) => queue.add('job', { i }, { removeOnComplete: true }));
    await finished;
  });
  await worker.close();
  await queue.obliterate({ force: true });
  await queue.close();
  return jobs / taken;
}
