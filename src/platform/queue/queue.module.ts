import { BullModule } from '@nestjs/bullmq';
import { type DynamicModule, Module } from '@nestjs/common';
import { createPostgresBackend, createRedisBackend, type QueueOptions, setDefaultBackendFactory } from 'bullmq';

import { Config, type QueueBackend } from '../config/config.js';

type Connection = QueueOptions['connection'];

/**
 * Where BullMQ keeps its jobs. @nestjs/bullmq has no place for a backend, so BullMQ's process-wide default is the switch:
 * call this before Nest is created.
 */
export function useQueueBackend(backend: QueueBackend): void {
  if (backend === 'postgres') setDefaultBackendFactory(createPostgresBackend);
  else setDefaultBackendFactory(createRedisBackend);
}

/** A producer fails fast when Redis is away: the run is safe in Postgres and the reconciler enqueues it later. */
export function producerConnection(config: Config): Connection {
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

/** The pool belongs to one Queue or Worker; BullMQ's type knows Redis only. */
function postgresConnection(config: Config): Connection {
  return { connectionString: config.DATABASE_URL, max: 4 };
}

@Module({})
export class QueueModule {
  static register(): DynamicModule {
    return {
      module: QueueModule,
      imports: [
        BullModule.forRootAsync({
          inject: [Config],
          useFactory: (config: Config) => ({
            connection: producerConnection(config),
            streams: { events: { maxLen: 1000 } },
            // Processors start when the worker has verified that it can work, not while modules are being built.
            extraOptions: { manualRegistration: true },
          }),
        }),
      ],
      exports: [BullModule],
    };
  }
}
