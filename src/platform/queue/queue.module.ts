import { BullModule } from '@nestjs/bullmq';
import type { DynamicModule } from '@nestjs/common';
import { createPostgresBackend, createRedisBackend, type QueueOptions, setDefaultBackendFactory } from 'bullmq';

import type { Config, QueueBackend } from '../config/config.js';

type Connection = QueueOptions['connection'];

/**
 * Where BullMQ keeps its jobs. @nestjs/bullmq has no place for a backend, so BullMQ's process-wide default is the switch:
 * call this before Nest is created.
 */
export function useQueueBackend(backend: QueueBackend): void {
  if (backend === 'postgres') setDefaultBackendFactory(createPostgresBackend);
  else setDefaultBackendFactory(createRedisBackend);
}

/** A producer fails fast when Redis is away: what it wanted to say is safe in Postgres and said again later. */
function producerConnection(config: Config): Connection {
  return config.queueBackend === 'postgres'
    ? postgresConnection(config)
    : { url: config.redisUrl, enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 2000 };
}

/** A worker waits for Redis without end. */
export function workerConnection(config: Config): Connection {
  return config.queueBackend === 'postgres'
    ? postgresConnection(config)
    : { url: config.redisUrl, maxRetriesPerRequest: null };
}

/** The pool belongs to one Queue or Worker. BullMQ's type knows Redis only. */
function postgresConnection(config: Config): Connection {
  return { connectionString: config.DATABASE_URL, max: 4 };
}

/** What all queues of this process share. Processors start when `BullRegistrar.register` is called, after the boot. */
export function queueRoot(config: Config): DynamicModule {
  return BullModule.forRoot({
    connection: producerConnection(config),
    streams: { events: { maxLen: 1000 } },
    extraOptions: { manualRegistration: true },
  });
}
