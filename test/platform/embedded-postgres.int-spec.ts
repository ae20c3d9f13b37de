import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/embedded/embedded-postgres.ts';
import { waitUntil } from '../support/wait-until.js';

const MODULE = pathToFileURL(
  path.resolve(import.meta.dirname, '../../src/platform/embedded/embedded-postgres.ts'),
).href;

describe('embedded PostgreSQL', () => {
  let folder: string;
  let stateDir: string;
  const running: EmbeddedPostgres[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'atom-embedded-'));
    await chmod(folder, 0o755);
    stateDir = path.join(folder, '.atom');
  });
  afterEach(async () => {
    for (const database of running.splice(0)) await database.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const start = async () => {
    const database = await startEmbeddedPostgres({ stateDir, database: 'atom', durable: false });
    running.push(database);
    return database;
  };

  it('keeps its data and its port from one start to the next', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    const second = await start();
    expect(second.url).toBe(first.url);
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('refuses a second instance on the same data and names the process that has it', async () => {
    await start();
    const refusal = start();
    await expect(refusal).rejects.toMatchObject({ code: 'in-use' });
    await expect(refusal).rejects.toThrow(`process ${process.pid}`);
  });

  it('leaves no server behind when its program is killed, and starts again at once on the same data', async () => {
    const program = `
      const { startEmbeddedPostgres } = await import(${JSON.stringify(MODULE)});
      const database = await startEmbeddedPostgres(${JSON.stringify({ stateDir, database: 'atom', durable: true })});
      console.log(database.dataDir);
      setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const server = Number((await readFile(path.join(line.toString().trim(), 'postmaster.pid'), 'utf8')).split('\n')[0]);
    expect(isAlive(server)).toBe(true);

    child.kill('SIGKILL');
    await once(child, 'exit');
    const again = await start();
    expect(await query(again.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await waitUntil('the first server is gone', () => !isAlive(server));
  });

  it('sets data aside whose password was thrown away, and begins anew', async () => {
    const first = await start();
    await first.stop();
    await rm(path.join(stateDir, 'postgres.json'));
    const second = await start();
    expect(second.url).not.toBe(first.url);
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  const asRoot = process.getuid?.() === 0 ? it : undefined;
  asRoot?.('serves root from a folder that the database account may not enter', async () => {
    await chmod(folder, 0o700);
    const database = await start();
    try {
      expect(database.dataDir.startsWith(folder)).toBe(false);
      expect(await query(database.url, 'SHOW data_directory')).toEqual([{ data_directory: database.dataDir }]);
    } finally {
      await database.stop();
      if (!database.dataDir.startsWith(folder)) await rm(path.dirname(database.dataDir), { recursive: true });
    }
  });
});

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as unknown[];
  } finally {
    await client.end();
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
