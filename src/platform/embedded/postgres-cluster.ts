import { chmod, chown, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { CLEAN_ENVIRONMENT, type DatabaseAccount, runAs } from './database-account.ts';
import { EmbeddedError } from './embedded.error.ts';
import { GuardedProcess } from './guarded-process.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';

const ORPHAN_TIMEOUT_MS = 15_000;

/** One data directory and the programs and account that serve it. */
export interface PostgresCluster {
  readonly dataDir: string;
  readonly binaries: PostgresBinaries;
  readonly account: DatabaseAccount;
  /** False: nothing is written through to the disk. */
  readonly durable: boolean;
}

/** Makes the data directory unless it is there. It gets its name when complete: a killed initdb leaves no half of one. */
export async function createCluster(cluster: PostgresCluster, user: string, password: string): Promise<void> {
  const { dataDir, binaries, account, durable } = cluster;
  if (await stat(dataDir).catch(() => undefined)) return;
  const fresh = `${dataDir}.new`;
  const passwordFile = `${dataDir}.password`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(path.dirname(dataDir), { recursive: true });
  await chmod(path.dirname(dataDir), 0o755); // whatever the umask: the account must be able to pass
  await mkdir(fresh, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  try {
    for (const file of [fresh, passwordFile]) await give(file, account);
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const access = ['-U', user, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
    const sync = durable ? [] : ['--no-sync'];
    await runAs(account, binaries.initdb, ['-D', fresh, ...access, ...locale, ...sync, '--no-instructions']);
    await rename(fresh, dataDir);
  } catch (cause) {
    throw new EmbeddedError('start-failed', `The database could not be created in ${dataDir}: ${String(cause)}`, {
      cause,
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

export async function startServer(cluster: PostgresCluster, port: number, logFile: string): Promise<GuardedProcess> {
  const { dataDir, binaries, account, durable } = cluster;
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }),
  };
  const log = await open(logFile, 'w', 0o600);
  try {
    return await GuardedProcess.start({
      command: binaries.postgres,
      args: ['-D', dataDir, '-p', String(port), ...Object.entries(settings).flatMap(([k, v]) => ['-c', `${k}=${v}`])],
      env: CLEAN_ENVIRONMENT,
      cwd: '/',
      stopSignal: 'INT', // a "fast" shutdown: sessions are ended, everything is written
      output: log.fd,
      uid: account.uid,
      gid: account.gid,
    });
  } finally {
    await log.close();
  }
}

/**
 * Ends a server that a killed program left behind (the caller holds the lock, so nobody else is using it), and forgets
 * a pid file whose pid now belongs to another program: PostgreSQL itself would refuse to start on that.
 */
export async function stopOrphan(dataDir: string): Promise<void> {
  const pidFile = path.join(dataDir, 'postmaster.pid');
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0]);
  if (!pid) return;
  const deadline = Date.now() + ORPHAN_TIMEOUT_MS;
  for (let state = await serverState(pid); state !== 'gone'; state = await serverState(pid)) {
    if (state === 'other') return rm(pidFile, { force: true });
    if (Date.now() > deadline) {
      throw new EmbeddedError(
        'in-use',
        `${dataDir} is in use by PostgreSQL process ${pid}: stop it first (kill ${pid}).`,
      );
    }
    signal(pid, 'SIGINT');
    await delay(100);
  }
}

async function serverState(pid: number): Promise<'serving' | 'gone' | 'other'> {
  if (!signal(pid, 0)) return 'gone';
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'postgres');
  return name.trim() === 'postgres' ? 'serving' : 'other';
}

/** False when there is no such process. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function give(file: string, { uid, gid }: DatabaseAccount): Promise<void> {
  if (uid !== undefined && gid !== undefined) await chown(file, uid, gid);
}
