import { type DynamicModule, Module, type Provider, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { loadConfig } from '../../src/platform/config/config.js';
import { ConfigModule } from '../../src/platform/config/config.module.js';
import type { ProblemTypes } from '../../src/platform/errors/domain.error.js';
import { configureHttp, createHttpAdapter } from '../../src/platform/http/server.js';
import { loggingModule } from '../../src/platform/observability/logging.js';
import { MetricsModule } from '../../src/platform/observability/metrics.module.js';

@Module({})
class TestModule {}

export interface HttpAppOptions {
  readonly controllers: readonly Type[];
  readonly imports?: readonly (Type | DynamicModule)[];
  readonly providers?: readonly Provider[];
  readonly problems?: readonly ProblemTypes[];
}

/** A server as Atom's processes have it, with the routes of the test. Needs no database. */
export async function startHttpApp(options: HttpAppOptions): Promise<NestFastifyApplication> {
  const config = loadConfig({ DATABASE_URL: 'postgres://nobody@127.0.0.1/none', LOG_LEVEL: 'silent' });
  const module: DynamicModule = {
    module: TestModule,
    imports: [ConfigModule.register(config), loggingModule('api'), MetricsModule, ...(options.imports ?? [])],
    controllers: [...options.controllers],
    providers: [...(options.providers ?? [])],
  };
  const app = await NestFactory.create<NestFastifyApplication>(module, createHttpAdapter(), {
    logger: false,
    abortOnError: false,
  });
  configureHttp(app, options.problems ?? []);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}
