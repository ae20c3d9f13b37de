import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { freePort } from '../../src/platform/embedded/embedded-postgres.ts';
import { GuardedProcess } from '../../src/platform/embedded/guarded-process.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const TOKEN = 'atom_bench_bootstrap_token';

/** The api of dist/, alone. */
export class BenchedApi {
  private readonly url: string;
  private readonly child: GuardedProcess;

  private constructor(url: string, child: GuardedProcess) {
    this.url = url;
    this.child = child;
  }

  static async start(databaseUrl: string, publicKeyPem: string): Promise<BenchedApi> {
    const port = String(await freePort());
    const env = {
      ...{
        PATH: process.env['PATH'],
        DATABASE_URL: databaseUrl,
        QUEUE_BACKEND: 'postgres',
        LOG_LEVEL: 'warn',
        PORT: port,
      },
      ...{ ATOM_BOOTSTRAP_TOKEN: TOKEN, COSIGN_PUBLIC_KEY: publicKeyPem },
    };
    const child = await GuardedProcess.start({
      ...{ command: process.execPath, args: [path.join(ROOT, 'dist/main.js')], env, cwd: ROOT },
      ...{ stopSignal: 'TERM', output: 'pipe' },
    });
    for (const stream of child.output) stream.on('data', (chunk: Buffer) => process.stderr.write(chunk));
    const api = new BenchedApi(`http://127.0.0.1:${port}`, child);
    await api.ready();
    return api;
  }

  /** The body of an answer that has this status. */
  async request(status: number, route: string, init: RequestInit = {}): Promise<string> {
    const response = await fetch(this.url + route, { ...init, headers: { authorization: `Bearer ${TOKEN}` } });
    const body = await response.text();
    if (response.status !== status) throw new Error(`${route}: ${response.status} ${body}`);
    return body;
  }

  register(bytes: Buffer, bundle: string): Promise<string> {
    const body = new FormData();
    body.set('package', new Blob([Uint8Array.from(bytes)]), 'package.wpk.yaml');
    body.set('bundle', new Blob([bundle]), 'bundle.json');
    return this.request(201, '/v1/workflows', { method: 'POST', body });
  }

  async stop(): Promise<void> {
    await this.child.stop(10_000);
  }

  private async ready(): Promise<void> {
    for (let i = 0; i < 600; i++) {
      const answer = await fetch(`${this.url}/health/ready`).catch(() => undefined);
      if (answer?.ok) return;
      await delay(50);
    }
    throw new Error(`${this.url} does not answer`);
  }
}
