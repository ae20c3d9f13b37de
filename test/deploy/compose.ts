import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { parse } from 'yaml';

import { freePort } from '../../src/platform/embedded/embedded-postgres.js';
import { GuardedProcess } from '../../src/platform/embedded/guarded-process.js';
import { ChildProgram } from '../support/child-processes.js';
import type { Container, Image, Mount } from './container.js';
import { ROOT } from './dockerfile.js';

const run = promisify(execFile);

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

/** What docker-compose itself makes of docker-compose.yml with the `.env` of this folder. */
export async function composeServices(envFolder: string): Promise<Readonly<Record<string, Service>>> {
  const file = path.join(ROOT, 'docker-compose.yml');
  const args = ['--file', file, '--env-file', path.join(envFolder, '.env'), '--project-directory', ROOT, 'config'];
  const { stdout } = await run('docker-compose', args, { env: { PATH: process.env['PATH'] } });
  return (parse(stdout) as { services: Record<string, Service> }).services;
}

/**
 * `docker compose up --wait` with a process in place of each container: commands, variables, mounts, order and health checks
 * are those of the compose file. Names of services become loopback addresses, fixed ports become free ones, and PostgreSQL is
 * a database of the test run's server.
 */
export class ComposeUp {
  readonly containers = new Map<string, Container>();
  private readonly addresses = new Map<string, string>();
  private redis: ChildProgram | undefined;
  private folder = '';

  constructor(
    private readonly image: Image,
    private readonly services: Readonly<Record<string, Service>>,
    private readonly databaseUrl: string,
  ) {}

  async start(): Promise<void> {
    this.folder = await mkdtemp(path.join(os.tmpdir(), 'atom-compose-'));
    for (const [name, port] of [
      ['redis', 6379],
      ['simulator', 6443],
      ['api', 8000],
      ['worker', 4000],
    ] as const) {
      this.addresses.set(`${name}:${port}`, `127.0.0.1:${await freePort()}`);
    }
    await this.startRedis();
    await this.startContainer('simulator');
    await this.startContainer('migrate');
    const migrated = await this.containers.get('migrate')?.program.exited;
    if (migrated !== 0) throw new Error(`migrate: ${this.containers.get('migrate')?.program.output ?? ''}`);
    for (const name of ['api', 'worker']) {
      await this.startContainer(name);
      await this.containers.get(name)?.program.answers(`http://${this.addressOf(name)}/health/ready`);
    }
  }

  /** `127.0.0.1:<port>` of a service of the image. */
  addressOf(name: string): string {
    return [...this.addresses].find(([service]) => service.startsWith(`${name}:`))?.[1] ?? '';
  }

  /** The exit code of the service's health check, run beside it in the same image. */
  async healthOf(name: string): Promise<number> {
    const [kind, ...command] = this.serviceNamed(name).healthcheck?.test ?? [];
    if (kind !== 'CMD') throw new Error(`${name} has no health check without a shell.`);
    const ownPort = this.addressOf(name).replace(/^.*:/, '');
    const check = await this.image.start(
      command.map((word) => word.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${ownPort}`)),
      {},
    );
    return check.program.exited;
  }

  async stop(): Promise<void> {
    await this.redis?.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  private serviceNamed(name: string): Service {
    const service = this.services[name];
    if (service === undefined) throw new Error(`docker-compose.yml has no service "${name}".`);
    return service;
  }

  private async startContainer(name: string): Promise<void> {
    const service = this.serviceNamed(name);
    const port = this.addressOf(name).replace(/^.*:/, '');
    const env = Object.entries(service.environment ?? {}).map(([key, value]) => [key, this.reachable(value)]);
    const ports = { api: { PORT: port }, worker: { WORKER_PORT: port } }[name] ?? {};
    const command = (service.command ?? []).map((word) => (word === '6443' ? port : word));
    const mounts = await Promise.all((service.volumes ?? []).map((volume) => this.mount(volume)));
    const container = await this.image.start(
      command,
      { ...(Object.fromEntries(env) as Record<string, string>), ...ports },
      mounts,
    );
    this.containers.set(name, container);
  }

  /** A folder as it is, or a file with the same content but for the addresses. */
  private async mount(volume: string): Promise<Mount> {
    const [source = '', target = ''] = volume.split(':');
    const copy = path.join(this.folder, path.basename(source));
    const isFolder = (await stat(source)).isDirectory();
    if (isFolder) await cp(source, copy, { recursive: true });
    else await writeFile(copy, this.reachable(await readFile(source, 'utf8')));
    await run('chmod', ['a+rX', this.folder]);
    await run('chmod', ['-R', 'a+rX', copy]);
    return { source: copy, target };
  }

  private reachable(text: string): string {
    const withDatabase = text.replace(/^postgres:\/\/atom:[^@]+@postgres:5432\/atom$/, this.databaseUrl);
    return [...this.addresses].reduce(
      (result, [service, address]) => result.replaceAll(service, address),
      withDatabase,
    );
  }

  private async startRedis(): Promise<void> {
    const [command = '', ...args] = this.serviceNamed('redis').command ?? [];
    const port = this.addressOf('redis').replace(/^.*:/, '');
    const child = await GuardedProcess.start({
      command,
      args: [...args, '--port', port, '--bind', '127.0.0.1', '--dir', this.folder],
      env: { PATH: process.env['PATH'] },
      cwd: this.folder,
      stopSignal: 'TERM',
      output: 'pipe',
    });
    this.redis = new ChildProgram('redis', child);
    await this.redis.printed(/Ready to accept connections/);
  }
}
