import { execFile } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

import { GuardedProcess } from '../../src/platform/embedded/guarded-process.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const INSTALL = path.join(ROOT, 'scripts/tools/install.sh');
const run = promisify(execFile);

/** Where the program is, or why there is none. */
export type VaultSearch = { readonly program: string } | { readonly missing: string };

/**
 * The core of a real Vault (tools/vault), built with Go into `~/.cache/atom/bin` where it is not yet there, which takes
 * some minutes once. Where that fails, CI fails and a person is told why nothing was tried.
 */
export async function findVaultServer(): Promise<VaultSearch> {
  try {
    await run(INSTALL, ['vault-server'], { maxBuffer: 16 * 1024 * 1024 });
    const { stdout } = await run(INSTALL, ['--folder']);
    return { program: path.join(stdout.trim(), 'vault-server') };
  } catch (cause) {
    const missing = `The server of Vault could not be built. ${cause instanceof Error ? cause.message : ''}`;
    if (['true', '1'].includes(process.env['CI'] ?? '')) throw new Error(missing, { cause });
    return { missing };
  }
}

interface Announcement {
  readonly address: string;
  readonly unsealKey: string;
  readonly rootToken: string;
}

export interface AppRole {
  readonly roleId: string;
  readonly secretId: string;
}

/** A real Vault in memory, unsealed, and what its operator does to it. */
export class VaultServer {
  private constructor(
    private readonly child: GuardedProcess,
    private readonly announced: Announcement,
  ) {}

  static async start(program: string): Promise<VaultServer> {
    const child = await GuardedProcess.start({
      command: program,
      args: [],
      env: { HOME: process.env['HOME'] },
      cwd: ROOT,
      stopSignal: 'TERM',
      output: 'pipe',
    });
    const [out, log] = child.output;
    let said = '';
    log!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const ended = child.exited.then(() => Promise.reject(new Error(`vault-server ended at once: ${said}`)));
    const [line] = (await Promise.race([once(createInterface({ input: out! }), 'line'), ended])) as [string];
    ended.catch(() => undefined); // as it should, at the stop
    return new VaultServer(child, JSON.parse(line) as Announcement);
  }

  get address(): string {
    return this.announced.address;
  }

  get rootToken(): string {
    return this.announced.rootToken;
  }

  async stop(): Promise<void> {
    await this.child.stop(5000);
  }

  /** As root. Rejects for anything but a success. */
  async operate(method: string, apiPath: string, body?: object): Promise<{ data?: unknown; auth?: unknown }> {
    const response = await fetch(`${this.address}/v1/${apiPath}`, {
      method,
      headers: { 'x-vault-token': this.announced.rootToken },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${apiPath}: ${response.status} ${text}`);
    return text === '' ? {} : (JSON.parse(text) as object);
  }

  async seal(): Promise<void> {
    await this.operate('PUT', 'sys/seal');
  }

  async unseal(): Promise<void> {
    await this.operate('PUT', 'sys/unseal', { key: this.announced.unsealKey });
  }

  /** `rules`: capabilities by path. */
  async allow(policy: string, rules: Readonly<Record<string, readonly string[]>>): Promise<void> {
    const hcl = Object.entries(rules).map(
      ([rule, capabilities]) => `path ${JSON.stringify(rule)} { capabilities = ${JSON.stringify(capabilities)} }`,
    );
    await this.operate('PUT', `sys/policies/acl/${policy}`, { policy: hcl.join('\n') });
  }

  /** Made at the mount `approle`, with the settings of its tokens. */
  async makeRole(name: string, settings: object): Promise<AppRole> {
    await this.operate('POST', `auth/approle/role/${name}`, settings);
    const { data: role } = await this.operate('GET', `auth/approle/role/${name}/role-id`);
    const { data: secret } = await this.operate('POST', `auth/approle/role/${name}/secret-id`);
    return {
      roleId: (role as { role_id: string }).role_id,
      secretId: (secret as { secret_id: string }).secret_id,
    };
  }

  async makeToken(settings: object): Promise<string> {
    const { auth } = await this.operate('POST', 'auth/token/create', settings);
    return (auth as { client_token: string }).client_token;
  }
}
