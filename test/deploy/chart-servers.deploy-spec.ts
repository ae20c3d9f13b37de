import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';

import { freePort } from '../../src/platform/embedded/embedded-postgres.js';
import { GuardedProcess } from '../../src/platform/embedded/guarded-process.js';
import { ChildProgram } from '../support/child-processes.js';
import { objectOf, renderChart } from './chart.js';

jest.setTimeout(120_000);
const run = promisify(execFile);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'atom-servers-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the postgresql chart's first start", () => {
  const admin = new URL(process.env['TEST_DATABASE_ADMIN_URL'] ?? '');
  const PASSWORD = 'letters0and1digits';

  afterAll(async () => {
    const client = new pg.Client({ connectionString: admin.toString() });
    await client.connect();
    await client.query('DROP DATABASE IF EXISTS chart WITH (FORCE)');
    await client.query('DROP ROLE IF EXISTS charter');
    await client.end();
  });

  it('makes the database and its owner, who is no superuser and gets in by the url of the Secret', async () => {
    const args = ['auth.password', 'auth.username', 'auth.database'].flatMap((key, i) => [
      '--set',
      `${key}=${[PASSWORD, 'charter', 'chart'][i] ?? ''}`,
    ]);
    const objects = await renderChart('postgresql', args);
    await writeFile(path.join(folder, 'password'), PASSWORD);
    const script = objectOf(objects, 'ConfigMap').data?.['10-atom.sh'] ?? '';
    await run('bash', ['-euc', script.replaceAll('/etc/atom/', `${folder}/`)], {
      env: {
        ...{ PATH: process.env['PATH'], PGHOST: admin.hostname, PGPORT: admin.port, PGPASSWORD: admin.password },
        ...{ POSTGRES_USER: admin.username, ATOM_USER: 'charter', ATOM_DATABASE: 'chart' },
      },
    });

    const secret = Buffer.from(objectOf(objects, 'Secret').data?.['DATABASE_URL'] ?? '', 'base64').toString();
    expect(secret).toBe(`postgres://charter:${PASSWORD}@atom-postgresql:5432/chart`);
    const client = new pg.Client({ connectionString: secret.replace('atom-postgresql:5432', admin.host) });
    await client.connect();
    const { rows } = await client.query(
      "SELECT rolsuper, has_database_privilege('chart', 'CREATE') AS creates FROM pg_roles WHERE rolname = current_user",
    );
    await client.end();
    expect(rows).toEqual([{ rolsuper: false, creates: true }]);
  });
});

describe("the redis chart's configuration", () => {
  it('is accepted by redis-server: a password is needed, nothing is evicted, entries are written down', async () => {
    const objects = await renderChart('redis', ['--set', 'auth.password=secret']);
    const secret = objectOf(objects, 'Secret').data ?? {};
    await writeFile(path.join(folder, 'auth.conf'), Buffer.from(secret['auth.conf'] ?? '', 'base64'));
    const configuration = objectOf(objects, 'ConfigMap').data?.['redis.conf'] ?? '';
    await writeFile(
      path.join(folder, 'redis.conf'),
      configuration.replace('/etc/redis/secret/', `${folder}/`).replace('dir /data', `dir ${folder}`),
    );
    const port = String(await freePort());
    const child = await GuardedProcess.start({
      command: 'redis-server',
      args: [path.join(folder, 'redis.conf'), '--port', port, '--bind', '127.0.0.1'],
      env: { PATH: process.env['PATH'] },
      cwd: folder,
      stopSignal: 'TERM',
      output: 'pipe',
    });
    const server = new ChildProgram('redis', child);
    await server.printed(/Ready to accept connections/);
    const ask = async (auth: Record<string, string>, ...args: string[]): Promise<string> =>
      (
        await run('redis-cli', ['-e', '-p', port, ...args], { env: { PATH: process.env['PATH'], ...auth } })
      ).stdout.trim();
    const auth = { REDISCLI_AUTH: 'secret' };
    try {
      await expect(ask({}, 'ping')).rejects.toThrow('NOAUTH');
      expect(await ask(auth, 'ping')).toBe('PONG');
      expect(await ask(auth, 'config', 'get', 'maxmemory-policy')).toBe('maxmemory-policy\nnoeviction');
      expect(await ask(auth, 'config', 'get', 'appendonly')).toBe('appendonly\nyes');
      expect(await ask(auth, 'config', 'get', 'maxmemory')).toBe(`maxmemory\n${192 * 1024 * 1024}`);
    } finally {
      await server.stop();
    }
  });
});
