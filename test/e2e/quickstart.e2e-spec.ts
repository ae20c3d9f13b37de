import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { ChildProcesses } from '../support/child-processes.js';
import { waitUntil } from '../support/wait-until.js';

const ROOT = path.resolve(import.meta.dirname, '../..');

describe('quickstart', () => {
  const processes = new ChildProcesses();
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'atom-quickstart-'));
    await chmod(folder, 0o755);
    // A project of its own, with its own .atom/: the code is copied, as it finds its project by where it lies.
    await cp(path.join(ROOT, 'dist'), path.join(folder, 'dist'), { recursive: true });
    for (const name of ['node_modules', 'playbooks', 'migrations', 'package.json']) {
      await symlink(path.join(ROOT, name), path.join(folder, name));
    }
  });
  afterAll(async () => {
    await processes.stopAll();
    await rm(folder, { recursive: true, force: true });
  });

  const start = (args: string[], env: Record<string, string> = {}) =>
    processes.start(path.join(folder, 'dist/dev.js'), { PORT: '0', WORKER_PORT: '0', ...env }, args);

  /** Command lines that name the project. */
  const remains = async (): Promise<string[]> => {
    const { stdout } = await promisify(execFile)('ps', ['-eo', 'args']);
    return stdout.split('\n').filter((line) => line.includes(`${folder}/`));
  };
  const nothingRemains = () => waitUntil('no process is left', async () => (await remains()).length === 0);

  it('runs the signed starter runbook and ends with 0, leaving nothing running and its secrets closed', async () => {
    const program = await start(['--once']);
    expect({ code: await program.exited, output: program.output }).toMatchObject({ code: 0 });
    expect(program.output).toMatch(/state: +succeeded/);
    await nothingRemains();
    for (const file of ['token', 'postgres.json', 'database-url', 'keys/dev.key', 'logs/api.log', 'logs/worker.log']) {
      expect([file, (await stat(path.join(folder, '.atom', file))).mode & 0o077]).toEqual([file, 0]);
    }
  });

  it('starts again with what it knows, refuses a second instance, and ends in order when told to', async () => {
    const token = await readFile(path.join(folder, '.atom/token'), 'utf8');
    const program = await start([]);
    await program.printed(/Registered before/);
    expect(await readFile(path.join(folder, '.atom/token'), 'utf8')).toBe(token);

    const second = await start([]);
    expect(await second.exited).toBe(1);
    expect(second.output).toContain(`process ${program.pid}`);

    await program.stop();
    expect(program.output).toContain('Stopped.');
    await nothingRemains();
  });

  it('leaves no process behind when it is killed', async () => {
    const program = await start([]);
    await program.printed(/^ {2}api /m);
    expect((await remains()).length).toBeGreaterThan(1);
    await program.kill();
    await nothingRemains();
  });

  it('names the port that is taken', async () => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as net.AddressInfo;
    try {
      const program = await start(['--once'], { WORKER_PORT: String(port) });
      expect(await program.exited).toBe(1);
      expect(program.output).toContain(`Port ${port} is in use`);
      expect(program.output).toContain('WORKER_PORT=');
    } finally {
      other.close();
    }
  });

  it.each([
    ['an option that does not exist', ['--twice'], {}, '--twice'],
    ['a token that is too short', ['--once'], { ATOM_BOOTSTRAP_TOKEN: 'short' }, 'ATOM_BOOTSTRAP_TOKEN'],
    ['a port that is none', ['--once'], { PORT: 'eighty' }, 'PORT'],
    ['a run on a real cluster without a target', ['--once'], { KUBECONFIG: '/somewhere' }, '--deployment'],
  ])('refuses %s before it starts anything', async (_, args, env, named) => {
    const program = await start(args, env);
    expect(await program.exited).toBe(1);
    expect(program.output).toContain(named);
    expect(await remains()).toEqual([]);
  });
});
