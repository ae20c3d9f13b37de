import { execFile } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { GuardedProcess } from '../../src/platform/embedded/guarded-process.js';
import { ChildProgram } from '../support/child-processes.js';
import { waitUntil } from '../support/wait-until.js';
import { all, copies, lastStage, ROOT, stageNamed } from './dockerfile.js';

const run = promisify(execFile);

export interface Mount {
  readonly source: string;
  readonly target: string;
}

/**
 * The image of the Dockerfile without a container engine: its last stage as a folder, made by the same commands, and run by
 * bubblewrap as a container would be. There is no more in it than /usr and /lib of this machine, Node and /app, all of it
 * read-only; /tmp is empty and writable. The user is 1000 without any right, and the command is process 1.
 * The network is that of this machine.
 */
export class Image {
  private readonly containers: Container[] = [];

  private constructor(private readonly folder: string) {}

  static async build(): Promise<Image> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'atom-image-'));
    const app = path.join(folder, 'app');
    await mkdir(app);
    await copyFile(process.execPath, path.join(folder, 'node'));
    await installProduction(app);
    for (const { from, sources } of copies(lastStage())) {
      for (const source of sources) {
        if (source === '/app/node_modules') continue;
        const origin = from === undefined ? source : source.replace(/^\/app\//, '');
        await cp(path.join(ROOT, origin), path.join(app, origin), { recursive: true });
      }
    }
    await rm(path.join(app, 'package-lock.json')); // only in the stages before
    await chmod(folder, 0o755); // user 1000 has to pass
    return new Image(folder);
  }

  /** Starts a command of the image with exactly this environment, besides what the image itself sets. */
  async start(
    command: readonly string[],
    env: Record<string, string>,
    mounts: readonly Mount[] = [],
  ): Promise<Container> {
    const variables = Object.entries({ ...imageEnvironment(), PATH: '/usr/local/bin', ...env });
    const sandbox = [
      ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--as-pid-1', '--die-with-parent'],
      ...['--ro-bind', '/usr/lib', '/usr/lib', '--symlink', 'usr/lib', '/lib', '--proc', '/proc', '--dev', '/dev'],
      ...['--ro-bind-try', '/usr/lib64', '/usr/lib64', '--symlink', 'usr/lib64', '/lib64'],
      ...['--ro-bind', path.join(this.folder, 'node'), '/usr/local/bin/node'],
      ...['--ro-bind', path.join(this.folder, 'app'), '/app'],
      ...mounts.flatMap(({ source, target }) => ['--ro-bind', source, target]),
      ...['--tmpfs', '/tmp', '--remount-ro', '/', '--chdir', '/app', '--clearenv'],
      ...variables.flatMap(([name, value]) => ['--setenv', name, value]),
    ];
    const asUser = process.getuid?.() === 0 ? ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups'] : [];
    const [first = 'bwrap', ...rest] = [
      ...asUser,
      'bwrap',
      ...(asUser.length > 0 ? [] : ['--uid', '1000', '--gid', '1000']),
    ];
    const child = await GuardedProcess.start({
      command: first,
      args: [...rest, ...sandbox, '--', ...command],
      env: { PATH: process.env['PATH'] },
      cwd: '/',
      stopSignal: 'TERM',
      output: 'pipe',
    });
    const container = new Container(new ChildProgram(command.join(' '), child));
    this.containers.push(container);
    return container;
  }

  async remove(): Promise<void> {
    await Promise.all(this.containers.map((container) => container.program.stop()));
    await rm(this.folder, { recursive: true, force: true });
  }
}

export class Container {
  constructor(readonly program: ChildProgram) {}

  /** SIGTERM to the command itself, which is process 1 of its container; then its exit code. */
  async stop(): Promise<number> {
    const { pid } = this.program;
    const child = await waitUntil('the command runs', async () => {
      const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
      return /^\d+/.exec(children)?.[0];
    });
    process.kill(Number(child), 'SIGTERM');
    return this.program.exited;
  }
}

async function installProduction(app: string): Promise<void> {
  const files = copies(stageNamed('source')).flatMap((copy) => copy.sources);
  for (const file of files) await copyFile(path.join(ROOT, file), path.join(app, file));
  const [command = ''] = all(stageNamed('dependencies'), 'RUN');
  const [install = ''] = command.split(' && ');
  await run('sh', ['-c', install], { cwd: app, env: { ...process.env, NODE_ENV: 'production' }, maxBuffer: 2 ** 26 });
}

/** ENV of the last stage. */
function imageEnvironment(): Record<string, string> {
  const pairs = all(lastStage(), 'ENV').flatMap((text) => text.split(/\s+/));
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}
