import { getQueueToken } from '@nestjs/bullmq';
import { Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type Queue, Worker } from 'bullmq';

import { loadConfig } from '../../src/platform/config/config.js';
import { queueRoot, useQueueBackend, workerConnection } from '../../src/platform/queue/queue.module.js';
import { RunQueue } from '../../src/runtime/queue/run-queue.js';
import { RUNS_QUEUE, WORKER_OPTIONS } from '../../src/runtime/queue/run-queue.options.js';
import { RunsQueueModule } from '../../src/runtime/queue/runs-queue.module.js';
import type { RunQueueSubject } from '../contracts/run-queue.contract.js';

@Module({})
class TestModule {}

/** The producer as the api has it, and a worker with the connection and options of the worker process. */
export async function bullQueue(env: Readonly<Record<string, string>>): Promise<RunQueueSubject> {
  Logger.overrideLogger(false);
  const config = loadConfig({ DATABASE_URL: 'postgres://nobody@127.0.0.1/none', ...env });
  useQueueBackend(config.queueBackend);
  const imports = [queueRoot(config), RunsQueueModule];
  const app = await NestFactory.createApplicationContext({ module: TestModule, imports }, { logger: false });
  const bull = app.get<Queue>(getQueueToken(RUNS_QUEUE), { strict: false });
  await bull.waitUntilReady();
  // The Redis of the test run is shared: a suite before this one may have left jobs whose worker it had stopped.
  await bull.obliterate({ force: true });
  const received: unknown[] = [];
  let worker: Worker | undefined;
  const stop = async (): Promise<void> => {
    await worker?.close();
    worker = undefined;
  };
  return {
    ...{ queue: app.get(RunQueue, { strict: false }), received },
    work: async () => {
      const options = { ...WORKER_OPTIONS, drainDelay: 1, connection: workerConnection(config) };
      worker = new Worker(RUNS_QUEUE, (job) => Promise.resolve(received.push(job.data)), options);
      worker.on('error', () => undefined);
      await worker.waitUntilReady();
    },
    rest: async () => {
      await stop();
      received.length = 0;
      await bull.drain();
    },
    close: async () => {
      await stop();
      // BullMQ's close leaves a client whose Redis has gone connecting for ever; a process of Atom ends with exit().
      if (config.queueBackend === 'redis') {
        const client = await bull.getBackend().client;
        if (client.status !== 'ready') client.disconnect();
      }
      await app.close();
    },
  };
}
