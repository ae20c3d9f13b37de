import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import pg from 'pg';

import { freePort } from '../../src/platform/embedded/embedded-postgres.js';
import { type Simulator, startSimulator } from '../../src/simulator/index.js';
import { generateKeyPair, openPrivateKey, type PrivateKey, signBytes, toBareSignature } from '../../src/wpk/index.js';
import { ChildProcesses, type ChildProgram } from '../support/child-processes.js';
import { createDatabase } from '../support/database.js';
import { redisUrl } from '../support/redis.js';
import { waitUntil } from '../support/wait-until.js';

export const TOKEN = 'atom_e2e_bootstrap_token';

export interface AtomOptions {
  readonly queue: 'postgres' | 'redis';
  /** Default: a database of its own on the test run's server. */
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
  /** YAML for the simulated cluster. */
  readonly manifests: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunView {
  readonly id: string;
  readonly state: string;
  readonly reason: { readonly code: string; readonly message: string } | null;
  readonly outputs: Readonly<Record<string, unknown>> | null;
  readonly attempt: number;
  readonly finishedAt: string | null;
}

/** Atom as a user has it: the built api and workers as processes, a simulated cluster, packages signed with a real key. */
export class Atom {
  private readonly processes = new ChildProcesses();
  private readonly cleanups: (() => Promise<unknown>)[] = [];
  private env: Record<string, string> = {};
  private signer!: PrivateKey;
  api!: ChildProgram;
  url = '';
  /** Of the one key that api and workers have in their environment. */
  publicKeyPem = '';
  simulator!: Simulator;
  databaseUrl = '';

  static async start(options: AtomOptions): Promise<Atom> {
    const atom = new Atom();
    try {
      await atom.prepare(options);
      await atom.startApi();
    } catch (error) {
      await atom.stop();
      throw error;
    }
    return atom;
  }

  /** Answers when the worker is ready to take runs. */
  async startWorker(env: Readonly<Record<string, string>> = {}, onPort?: number): Promise<ChildProgram> {
    const port = String(onPort ?? (await freePort()));
    const worker = await this.processes.start('dist/worker.js', { ...this.env, ...env, WORKER_PORT: port });
    await worker.answers(`http://127.0.0.1:${port}/health/ready`);
    return worker;
  }

  /** Signs and uploads; answers the response as it came. */
  register(yaml: string, signer = this.signer): Promise<Response> {
    const bytes = Buffer.from(yaml);
    const form = new FormData();
    form.set('package', new Blob([bytes]), 'package.wpk.yaml');
    form.set('signature', toBareSignature(signBytes(bytes, signer)));
    return this.request('POST', '/v1/workflows', { body: form });
  }

  async submit(
    workflow: string,
    inputs: Record<string, unknown> = {},
    key: string = randomUUID(),
    version?: string,
  ): Promise<RunView> {
    const response = await this.request('POST', '/v1/runs', {
      body: JSON.stringify({ workflow, inputs, version }),
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
    });
    if (response.status !== 202) throw new Error(`POST /v1/runs: ${response.status} ${await response.text()}`);
    return (await response.json()) as RunView;
  }

  async run(id: string): Promise<RunView> {
    return (await (await this.request('GET', `/v1/runs/${id}`)).json()) as RunView;
  }

  ended(id: string, timeoutMs = 30_000): Promise<RunView> {
    return waitUntil(
      `run ${id} ends`,
      async () => {
        const run = await this.run(id).catch(() => undefined);
        return run?.finishedAt ? run : undefined;
      },
      { timeoutMs },
    );
  }

  /** Waits until a step of the run is in this state. */
  async stepReaches(id: string, step: string, state: string): Promise<void> {
    await waitUntil(`step ${step} of ${id} is ${state}`, async () => {
      const rows = await this.sql('SELECT 1 FROM run_step WHERE run_id = $1 AND name = $2 AND state = $3', [
        id,
        step,
        state,
      ]);
      return rows.length > 0;
    });
  }

  /** Steps that were started again after they had succeeded: there must be none, ever. */
  stepsRepeatedAfterSuccess(): Promise<unknown[]> {
    return this.sql(`
      SELECT again.run_id, again.step_index FROM run_event done JOIN run_event again USING (run_id, step_index)
       WHERE done.type = 'step' AND done.data ->> 'state' = 'succeeded'
         AND again.type = 'step' AND again.data ->> 'state' = 'running' AND again.seq > done.seq`);
  }

  async sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.databaseUrl });
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  request(method: string, route: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${TOKEN}`, ...(init.headers as Record<string, string> | undefined) };
    return fetch(this.url + route, { ...init, method, headers });
  }

  async stop(): Promise<void> {
    await this.processes.stopAll();
    for (const cleanup of this.cleanups.reverse()) await cleanup();
  }

  private async prepare(options: AtomOptions): Promise<void> {
    this.databaseUrl = options.databaseUrl ?? (await this.ownDatabase());
    this.simulator = await startSimulator({ manifests: options.manifests, speed: 20 });
    this.cleanups.push(() => this.simulator.close());
    const folder = await mkdtemp(path.join(os.tmpdir(), 'atom-e2e-'));
    this.cleanups.push(() => rm(folder, { recursive: true, force: true }));
    const kubeconfig = path.join(folder, 'kubeconfig');
    await writeFile(kubeconfig, this.simulator.kubeconfig());
    const keys = generateKeyPair('');
    this.signer = openPrivateKey(keys.privateKeyFile, '');
    this.publicKeyPem = keys.publicKeyPem;
    // A lease shorter than what a cold worker blocks on a busy machine would be lost by nobody's fault.
    this.env = {
      ...{ DATABASE_URL: this.databaseUrl, QUEUE_BACKEND: options.queue, COSIGN_PUBLIC_KEY: keys.publicKeyPem },
      ...{ KUBECONFIG: kubeconfig, LOG_LEVEL: 'warn', RUN_LEASE_MS: '4000', RECONCILE_INTERVAL_MS: '300' },
      ...(options.queue === 'redis' && { REDIS_URL: options.redisUrl ?? redisUrl() ?? '' }),
      ...options.env,
    };
  }

  private async ownDatabase(): Promise<string> {
    const database = await createDatabase();
    this.cleanups.push(() => database.drop());
    return database.url;
  }

  private async startApi(): Promise<void> {
    const port = await freePort();
    this.url = `http://127.0.0.1:${port}`;
    this.api = await this.processes.start('dist/main.js', {
      ...this.env,
      PORT: String(port),
      ATOM_BOOTSTRAP_TOKEN: TOKEN,
    });
    await this.api.answers(`${this.url}/health/ready`);
  }
}
