import { spawn } from 'node:child_process';
import { copyFile, stat } from 'node:fs/promises';

import type { DevOptions } from './dev.options.js';
import { FILES, inProject } from './dev.state.js';
import type { Terminal } from './terminal.js';

/** The way of a runbook through Atom, taken with the same commands that a person types. */
export class Walk {
  constructor(
    private readonly terminal: Terminal,
    private readonly env: NodeJS.ProcessEnv,
    private readonly signal: AbortSignal,
  ) {}

  /** The key pair that signs the packages of this folder; made once. */
  async makeKeys(): Promise<boolean> {
    const exists = await stat(inProject(FILES.publicKey)).catch(() => undefined);
    return exists !== undefined || this.atomctl('keygen', '--out-prefix', FILES.privateKey.replace(/\.key$/, ''));
  }

  /** True when the starter runbook is registered. */
  async register(): Promise<boolean> {
    await copyFile(inProject(FILES.playbook), inProject(`${FILES.source}/wpk.yaml`));
    return (
      (await this.atomctl('validate', FILES.playbook)) &&
      (await this.atomctl('pack', FILES.source, '--out', FILES.package)) &&
      (await this.atomctl('sign', FILES.package, '--key', FILES.privateKey)) &&
      (await this.atomctl('push', FILES.package))
    );
  }

  /** True when the run succeeded. */
  run({ namespace, deployment }: NonNullable<DevOptions['target']>): Promise<boolean> {
    const inputs = ['-i', `namespace=${namespace}`, '-i', `deployment=${deployment}`];
    return this.atomctl('run', 'restart-unhealthy', ...inputs, '--wait');
  }

  private async atomctl(...args: string[]): Promise<boolean> {
    this.terminal.command(['npx', 'atomctl', ...args].join(' '));
    const child = spawn(process.execPath, [inProject('dist/cli/atomctl.js'), ...args], {
      cwd: inProject('.'),
      env: this.env,
      stdio: 'inherit',
      signal: this.signal,
    });
    child.on('error', () => undefined); // an abort; 'close' follows
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    this.signal.throwIfAborted();
    return code === 0;
  }
}
