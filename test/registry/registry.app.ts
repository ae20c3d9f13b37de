import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { ACCESS_PROBLEMS, AccessModule } from '../../src/access/index.js';
import { API_PROBLEMS, ApiModule } from '../../src/api.module.js';
import { AuditModule } from '../../src/audit/index.js';
import { type Config, loadConfig } from '../../src/platform/config/config.js';
import { ConfigModule } from '../../src/platform/config/config.module.js';
import { DatabaseModule } from '../../src/platform/database/database.module.js';
import type { ProblemTypes } from '../../src/platform/errors/domain.error.js';
import { configureHttp, createHttpAdapter } from '../../src/platform/http/server.js';
import { loggingModule } from '../../src/platform/observability/logging.js';
import { MetricsModule } from '../../src/platform/observability/metrics.module.js';
import { useQueueBackend } from '../../src/platform/queue/queue.module.js';
import { POLICY_PROBLEMS, PolicyModule } from '../../src/policy/index.js';
import { REGISTRY_PROBLEMS, RegistryModule } from '../../src/registry/index.js';
import { createDatabase, type TestDatabase } from '../support/database.js';

export const ADMIN_TOKEN = 'token-of-the-registry-tests';
export const ALL_PROBLEMS = { ...ACCESS_PROBLEMS, ...POLICY_PROBLEMS, ...REGISTRY_PROBLEMS };

@Module({})
class TestModule {}

export interface RegistryApp {
  readonly app: NestFastifyApplication;
  readonly database: TestDatabase;
  /** Without a slash at its end. */
  readonly url: string;
  /** With the admin's token unless another is given; null sends none. */
  request(path: string, init?: RequestInit, token?: string | null): Promise<Response>;
  /** The parts in their order; a part is sent as a file. */
  upload(
    parts: readonly (readonly [name: string, content: Uint8Array | string])[],
    token?: string,
    path?: string,
  ): Promise<Response>;
  /** A request with a JSON body or without one; the answer's body is undefined when there is none. */
  send(method: string, path: string, json?: unknown, token?: string): Promise<{ status: number; body: unknown }>;
  close(): Promise<void>;
}

/** The registry and what stands below it, on a database of its own, behind a real port. */
export function startRegistry(
  publicKeys: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<RegistryApp> {
  return startApp(registryAlone, [ALL_PROBLEMS], publicKeys, environment);
}

/** The whole api, its queue in the same database; nobody takes runs from it. */
export function startApi(publicKeys: string, environment: Readonly<Record<string, string>> = {}): Promise<RegistryApp> {
  const module = (config: Config): DynamicModule => {
    useQueueBackend(config.queueBackend);
    return ApiModule.register(config);
  };
  return startApp(module, API_PROBLEMS, publicKeys, { QUEUE_BACKEND: 'postgres', ...environment });
}

function registryAlone(config: Config): DynamicModule {
  const imports = [
    ...[ConfigModule.register(config), loggingModule('api'), DatabaseModule.register('atom-test'), MetricsModule],
    ...[AccessModule, AuditModule.forApi(), PolicyModule, RegistryModule.forApi()],
  ];
  return { module: TestModule, imports };
}

async function startApp(
  moduleOf: (config: Config) => DynamicModule,
  problems: readonly ProblemTypes[],
  publicKeys: string,
  environment: Readonly<Record<string, string>>,
): Promise<RegistryApp> {
  const database = await createDatabase();
  const config = loadConfig({
    DATABASE_URL: database.url,
    COSIGN_PUBLIC_KEY: publicKeys,
    ATOM_BOOTSTRAP_TOKEN: ADMIN_TOKEN,
    LOG_LEVEL: 'silent',
    ...environment,
  });
  const app = await NestFactory.create<NestFastifyApplication>(moduleOf(config), createHttpAdapter(), {
    logger: false,
    abortOnError: false,
  });
  configureHttp(app, problems);
  await app.listen(0, '127.0.0.1');
  const url = (await app.getUrl()).replace(/\/$/, '');
  const request: RegistryApp['request'] = (path, init = {}, token = ADMIN_TOKEN) => {
    const headers = new Headers(init.headers);
    if (token !== null) headers.set('authorization', `Bearer ${token}`);
    return fetch(url + path, { ...init, headers });
  };
  const upload: RegistryApp['upload'] = (parts, token, path = '/v1/workflows') => {
    const body = new FormData();
    for (const [name, content] of parts) body.append(name, new Blob([Uint8Array.from(Buffer.from(content))]), name);
    return request(path, { method: 'POST', body }, token);
  };
  const send: RegistryApp['send'] = async (method, path, json, token) => {
    const withBody = json !== undefined && {
      body: JSON.stringify(json),
      headers: { 'content-type': 'application/json' },
    };
    const response = await request(path, { method, ...withBody }, token);
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  };
  const close = async (): Promise<void> => {
    await app.close();
    await database.drop();
  };
  return { app, database, url, request, upload, send, close };
}
