import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { API_PROBLEMS, ApiModule } from './api.module.js';
import { type Config, loadConfig } from './platform/config/config.js';
import { setUpOpenApi } from './platform/http/openapi.js';
import { configureHttp, createHttpAdapter } from './platform/http/server.js';
import { runProcess } from './platform/process/lifecycle.js';
import { VERSION } from './platform/process/version.js';
import { useQueueBackend } from './platform/queue/queue.module.js';

import 'reflect-metadata';

let config: Config | undefined;

async function start(): Promise<NestFastifyApplication> {
  config = loadConfig();
  useQueueBackend(config.queueBackend);
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.register(config), createHttpAdapter(), {
    bufferLogs: true,
    abortOnError: false,
  });
  configureHttp(app, API_PROBLEMS);
  setUpOpenApi(app, VERSION);
  await app.listen(config.PORT, config.HOST);
  return app;
}

await runProcess(start, () => config?.SHUTDOWN_TIMEOUT_MS ?? 0);
