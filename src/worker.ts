import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { type Config, loadConfig } from './platform/config/config.js';
import { configureHttp, createHttpAdapter } from './platform/http/server.js';
import { runProcess } from './platform/process/lifecycle.js';
import { useQueueBackend } from './platform/queue/queue.module.js';
import { workerActions } from './runtime/index.js';
import { WorkerModule } from './worker.module.js';

import 'reflect-metadata';

let config: Config | undefined;

async function start(): Promise<NestFastifyApplication> {
  config = loadConfig();
  useQueueBackend(config.queueBackend);
  const app = await NestFactory.create<NestFastifyApplication>(
    WorkerModule.register(config, await workerActions(config)),
    createHttpAdapter(),
    { bufferLogs: true, abortOnError: false },
  );
  configureHttp(app, []);
  await app.listen(config.WORKER_PORT, config.HOST);
  return app;
}

await runProcess(start, () => config?.SHUTDOWN_TIMEOUT_MS ?? 0);
