import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import pg from 'pg';

import { freePort } from '../../src/platform/embedded/embedded-postgres.ts';
import { GuardedProcess } from '../../src/platform/embedded/guarded-process.ts';
import type { QueueAddress } from './raw-queue.ts';
import { seconds, times } from './statistics.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const TOKEN = 'atom_bench_bootstrap_token';

const PACKAGE = `
apiVersion: atom.dev/v1
kind: WorkflowPackage
metadata: {name: one-step, version: 1.0.0}
spec:
  inputs: {type: object, properties: {}}
  permissions: [{apiGroups: [apps], resources: [deployments], verbs: [get], namespaces: [shop]}]
  steps: [{name: look, uses: kubernetes/get, with: {apiVersion: apps/v1, kind: Deployment, namespace: shop, name: web}, timeout: 30s}]
`;

/** One api and one worker of dist/ against the simulated cluster. */
export class BenchedAtom {
  private readonly children: GuardedProcess[] = [];
  private readonly database: pg.Pool;
  private url = '';

  private constructor(databaseUrl: string) {
    this.database = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  }

  static async start(
    folder: string,
    databaseUrl: string,
    queue: QueueAddress,
    concurrency: number,
  ): Promise<BenchedAtom> {
    const atom = new BenchedAtom(databaseUrl);
    const file = (name: string): string => path.join(folder, `${queue.backend}-${name}`);
    const ctl = (env: Record<string, string>, ...args: string[]): void => {
      const all = { PATH: process.env['PATH'], COSIGN_PASSWORD: '', ...env };
      execFileSync(process.execPath, [path.join(ROOT, 'dist/cli/atomctl.js'), ...args], {
        env: all,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    };
    const kubeconfig = file('kubeconfig');
    const simulatorPort = String(await freePort());
    const seed = path.join(ROOT, 'dist/simulator/seed.yaml');
    await atom.spawn('dist/simulator/main.js', {}, [
      '--port',
      simulatorPort,
      '--manifests',
      seed,
      '--kubeconfig',
      kubeconfig,
    ]);
    await atom.answers(`http://127.0.0.1:${simulatorPort}/readyz`);
    ctl({}, 'keygen', '--out-prefix', file('cosign'));
    const ports = { api: await freePort(), worker: await freePort() };
    const env = {
      ...{
        DATABASE_URL: databaseUrl,
        QUEUE_BACKEND: queue.backend,
        KUBECONFIG: kubeconfig,
        LOG_LEVEL: 'warn',
        ATOM_BOOTSTRAP_TOKEN: TOKEN,
      },
      ...{
        COSIGN_PUBLIC_KEY: readFileSync(file('cosign.pub'), 'utf8'),
        MAX_CONCURRENT_EXECUTIONS: String(concurrency),
      },
      ...{
        PORT: String(ports.api),
        WORKER_PORT: String(ports.worker),
        ...(queue.backend === 'redis' && { REDIS_URL: queue.url }),
      },
    };
    await atom.spawn('dist/main.js', env);
    await atom.spawn('dist/worker.js', env);
    atom.url = `http://127.0.0.1:${ports.api}`;
    await atom.answers(`${atom.url}/health/ready`);
    await atom.answers(`http://127.0.0.1:${ports.worker}/health/ready`);
    writeFileSync(file('one-step.wpk.yaml'), PACKAGE);
    ctl({}, 'sign', file('one-step.wpk.yaml'), '--key', file('cosign.key'));
    ctl({ ATOM_URL: atom.url, ATOM_TOKEN: TOKEN }, 'push', file('one-step.wpk.yaml'));
    return atom;
  }

  /** One-step runs per second, one request each, from the first request until the last end is durable. */
  async throughput(runs: number, inFlight: number): Promise<number> {
    const taken = await seconds(async () => {
      await times(runs, inFlight, () => this.submit());
      while ((await this.count(`state IN ('queued', 'running')`)) > 0) await delay(10);
    });
    const failed = await this.count(`finished_at IS NOT NULL AND state <> 'succeeded'`);
    if (failed > 0) throw new Error(`${failed} runs did not succeed: the figure would mean nothing`);
    return runs / taken;
  }

  async stop(): Promise<void> {
    for (const child of this.children.reverse()) await child.stop(10_000);
    await this.database.end();
  }

  private async submit(): Promise<void> {
    const response = await fetch(`${this.url}/v1/runs`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${TOKEN}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
      },
      body: '{"workflow":"one-step","version":"1.0.0"}',
    });
    if (response.status !== 202) throw new Error(`POST /v1/runs: ${response.status} ${await response.text()}`);
    await response.arrayBuffer();
  }

  private async count(condition: string): Promise<number> {
    const { rows } = await this.database.query(`SELECT count(*)::int AS n FROM run WHERE ${condition}`);
    return (rows[0] as { n: number }).n;
  }

  private async spawn(script: string, env: Record<string, string>, args: string[] = []): Promise<void> {
    const all = { PATH: process.env['PATH'], ...env };
    const child = await GuardedProcess.start({
      ...{ command: process.execPath, args: [path.join(ROOT, script), ...args], env: all, cwd: ROOT },
      ...{ stopSignal: 'TERM', output: 'pipe' },
    });
    for (const stream of child.output) stream.on('data', (chunk: Buffer) => process.stderr.write(chunk));
    this.children.push(child);
  }

  private async answers(url: string): Promise<void> {
    for (let i = 0; i < 400; i++) {
      if (
        await fetch(url).then(
          (r) => r.ok,
          () => false,
        )
      ) {
        return;
      }
      await delay(50);
    }
    throw new Error(`${url} does not answer`);
  }
}
