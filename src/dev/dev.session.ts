import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { type Config, loadConfig } from '../platform/config/config.js';
import { migrate } from '../platform/database/migrate.js';
import { startEmbeddedPostgres } from '../platform/embedded/embedded-postgres.js';
import { acquireLock } from '../platform/embedded/instance-lock.js';
import type { DevOptions } from './dev.options.js';
import { bootstrapToken, FILES, inProject, makeFolders, writeSecret } from './dev.state.js';
import { claimPort } from './ports.js';
import { RunningParts } from './running.parts.js';
import { ServiceProcess } from './service.process.js';
import type { Terminal } from './terminal.js';
import { Walk } from './walk.js';

/** The database is known only after the configuration was read for its ports. */
const ANY_DATABASE = 'postgres://localhost/atom';

/** The embedded parts, the two processes, and the first runbook. */
export class DevSession {
  private readonly parts = new RunningParts();
  private readonly services: ServiceProcess[] = [];
  private api = '';
  private token = '';
  private kubeconfig = '';

  constructor(
    private readonly terminal: Terminal,
    private readonly environment: NodeJS.ProcessEnv,
    private readonly interrupted: AbortSignal,
  ) {}

  async start(): Promise<void> {
    const config = loadConfig({ ...this.environment, DATABASE_URL: ANY_DATABASE, QUEUE_BACKEND: 'postgres' });
    await makeFolders();
    await this.parts.add(await acquireLock(inProject(FILES.lock), `The quickstart of ${inProject('.')}`));
    const apiPort = await claimPort('PORT', config.PORT, config.HOST);
    const workerPort = await claimPort('WORKER_PORT', config.WORKER_PORT, config.HOST);
    const host = ['0.0.0.0', '::'].includes(config.HOST) ? '127.0.0.1' : config.HOST;
    this.api = `http://${host}:${apiPort}`;
    this.token = await bootstrapToken(config.ATOM_BOOTSTRAP_TOKEN);

    const databaseUrl = await this.startDatabase();
    this.kubeconfig = config.KUBECONFIG ?? (await this.startSimulator());
    if (!(await this.walkAs({}).makeKeys())) throw new Error('the key pair could not be made');
    const environment = {
      ...this.environment,
      DATABASE_URL: databaseUrl,
      QUEUE_BACKEND: 'postgres',
      PORT: String(apiPort),
      WORKER_PORT: String(workerPort),
      KUBECONFIG: this.kubeconfig,
      COSIGN_PUBLIC_KEY: await this.trustedKeys(config),
    };
    const withToken = { ...environment, ATOM_BOOTSTRAP_TOKEN: this.token };
    const worker = await this.startService('worker', 'dist/worker.js', environment, config);
    // The last one here is the first to stop: no new run is accepted while the worker ends.
    const api = await this.startService('api', 'dist/main.js', withToken, config);
    await Promise.all([this.ready(worker, `http://${host}:${workerPort}`), this.ready(api, this.api)]);
  }

  /** Registers the starter runbook and, where there is something to restart, runs it. True when all went well. */
  async walk({ target }: DevOptions): Promise<boolean> {
    const walk = this.walkAs({ ATOM_URL: this.api, ATOM_TOKEN: this.token });
    if (!(await walk.register())) return false;
    return target === undefined || walk.run(target);
  }

  /** What a person can do now. */
  invite({ target }: DevOptions): void {
    const { namespace, deployment } = target ?? { namespace: 'NAMESPACE', deployment: 'DEPLOYMENT' };
    const lines = [
      '',
      'Atom is up. Ctrl-C stops it; what it knows stays in .atom/.',
      '',
      `  Swagger UI   ${this.api}/docs   (button Authorize, then paste the token)`,
      `  Token        ${this.token}   (admin; also in ${FILES.token})`,
      `  Logs         ${FILES.logs}/api.log, ${FILES.logs}/worker.log`,
      '',
      'In another terminal, in this folder:',
      '',
      `  export ATOM_URL=${this.api} ATOM_TOKEN=$(cat ${FILES.token})`,
      '  npx atomctl list',
      '  npx atomctl status',
      `  npx atomctl dry-run restart-unhealthy -i namespace=${namespace} -i deployment=${deployment}`,
      `  npx atomctl run restart-unhealthy -i namespace=${namespace} -i deployment=${deployment} --wait`,
      `  KUBECONFIG=${this.kubeconfig} kubectl get pods --all-namespaces`,
      `  psql "$(cat ${FILES.databaseUrl})" -c 'SELECT id, state FROM run'`,
      '',
    ];
    for (const line of lines) this.terminal.line(line);
  }

  /** Until Ctrl-C; rejects when a part ends by itself. */
  async untilEnd(): Promise<void> {
    const asked = this.interrupted.aborted ? undefined : once(this.interrupted, 'abort');
    await Promise.race([asked, ...this.services.map((service) => service.failed())]);
  }

  stop(): Promise<void> {
    return this.parts.stopAll();
  }

  private async startDatabase(): Promise<string> {
    const database = await startEmbeddedPostgres({ stateDir: inProject(FILES.state), database: 'atom', durable: true });
    await this.parts.add(() => database.stop());
    await migrate(database.url, { queueSchema: true });
    await writeSecret(FILES.databaseUrl, `${database.url}\n`);
    this.terminal.part('database', `PostgreSQL, data in ${database.dataDir}`);
    return database.url;
  }

  private async startSimulator(): Promise<string> {
    const { startSimulator } = await import('../simulator/index.js');
    const manifests = await readFile(path.join(import.meta.dirname, '../simulator/seed.yaml'), 'utf8');
    const simulator = await startSimulator({ manifests });
    await this.parts.add(() => simulator.close());
    await writeSecret(FILES.kubeconfig, simulator.kubeconfig());
    this.terminal.part('cluster', `simulated, ${simulator.url}`);
    return inProject(FILES.kubeconfig);
  }

  private async trustedKeys({ COSIGN_PUBLIC_KEY }: Config): Promise<string> {
    const own = await readFile(inProject(FILES.publicKey), 'utf8');
    return [COSIGN_PUBLIC_KEY, own].filter((key) => key !== undefined).join('\n');
  }

  private async startService(
    name: string,
    script: string,
    environment: NodeJS.ProcessEnv,
    { SHUTDOWN_TIMEOUT_MS }: Config,
  ): Promise<ServiceProcess> {
    const service = await ServiceProcess.start(name, script, environment);
    this.services.push(service);
    await this.parts.add(() => service.stop(SHUTDOWN_TIMEOUT_MS + 2000));
    return service;
  }

  private async ready(service: ServiceProcess, url: string): Promise<void> {
    await service.ready(`${url}/health/ready`);
    this.terminal.part(service.name, url);
  }

  private walkAs(access: Record<string, string>): Walk {
    // The development key has an empty password, which cosign and atomctl take from the environment.
    const environment = { ...this.environment, ...access, COSIGN_PASSWORD: '' };
    return new Walk(this.terminal, environment, this.interrupted);
  }
}
