import { execFile, type ExecFileException, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real kubectl with a home, a cache and a configuration of its own. */
export class Kubectl {
  private constructor(private readonly folder: string) {}

  static async for(kubeconfig: string): Promise<Kubectl> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'atom-kubectl-'));
    await writeFile(path.join(folder, 'config'), kubeconfig);
    return new Kubectl(folder);
  }

  /** Standard output; a failing command rejects with what kubectl said. */
  async run(command: string, input?: string): Promise<string> {
    const { code, stdout, stderr } = await this.try(command, input);
    if (code !== 0) throw new Error(`kubectl ${command} ended with ${code}: ${stderr}`);
    return stdout;
  }

  /** Words are split at spaces: no argument may contain one. */
  try(command: string, input = ''): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const child = execFile('kubectl', this.words(command), this.options(), (error, stdout, stderr) => {
        if (error?.code === 'ENOENT') reject(new Error('kubectl is not on the PATH: install kubernetes-client'));
        else resolve({ code: exitCodeOf(error), stdout, stderr });
      });
      child.stdin?.end(input);
    });
  }

  /** A command that does not end by itself: resolves with its output once `enough` says so. */
  follow(command: string, enough: (output: string) => boolean): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawn('kubectl', this.words(command), this.options());
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (enough(output)) child.kill();
      });
      child.on('error', reject);
      child.on('close', () => resolve(output));
    });
  }

  async json(command: string): Promise<Record<string, never>> {
    return JSON.parse(await this.run(`${command} -o json`)) as Record<string, never>;
  }

  dispose(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  private words(command: string): string[] {
    const own = ['--kubeconfig', path.join(this.folder, 'config'), '--cache-dir', path.join(this.folder, 'cache')];
    return [...own, ...command.split(' ')];
  }

  private options() {
    return { env: { ...process.env, HOME: this.folder }, timeout: 30_000 };
  }
}

function exitCodeOf(error: ExecFileException | null): number {
  return typeof error?.code === 'number' ? error.code : error ? 1 : 0;
}
