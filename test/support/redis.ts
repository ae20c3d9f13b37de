import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

import { freePort } from '../../src/platform/embedded/embedded-postgres.ts';
import { GuardedProcess } from '../../src/platform/embedded/guarded-process.ts';

const DATABASES = 16;

export interface TestRedis {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * The Redis of this run, one database for each Jest worker; undefined when the machine has none.
 * It is shared: FLUSHDB is fine, for FLUSHALL and restarts use {@link startRedis}.
 */
export function redisUrl(): string | undefined {
  const url = process.env['TEST_REDIS_URL'];
  return url === undefined ? undefined : `${url}/${Number(process.env['JEST_WORKER_ID'] ?? 0) % DATABASES}`;
}

/** The queue backends that can be tested here, for `describe.each`. */
export function queueBackends(): readonly ('postgres' | 'redis')[] {
  return redisUrl() === undefined ? ['postgres'] : ['postgres', 'redis'];
}

/** A Redis of its own, in memory only; on a free port unless it has to come back on the one it had. */
export async function startRedis(samePort?: number): Promise<TestRedis> {
  const port = samePort ?? (await freePort());
  const folder = await mkdtemp(path.join(os.tmpdir(), 'atom-redis-'));
  const server = await GuardedProcess.start({
    command: 'redis-server',
    args: ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder].concat([
      '--maxmemory-policy',
      'noeviction',
      '--databases',
      String(DATABASES),
    ]),
    env: process.env,
    cwd: folder,
    stopSignal: 'TERM',
    output: 'pipe',
  });
  for (const stream of server.output) stream.resume();
  while (!(await answers(port))) await delay(20);
  const stop = async () => {
    await server.stop(5000);
    await rm(folder, { recursive: true, force: true });
  };
  return { url: `redis://127.0.0.1:${port}`, stop };
}

/** The version of `redis-server` on the PATH; undefined without one. */
export async function redisServerVersion(): Promise<string | undefined> {
  const { stdout } = await promisify(execFile)('redis-server', ['--version']).catch(() => ({ stdout: '' }));
  return /v=(\S+)/.exec(stdout)?.[1];
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('data', (data) => {
      resolve(data.toString().startsWith('+PONG'));
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
  });
}
