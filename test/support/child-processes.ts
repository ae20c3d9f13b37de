import { existsSync } from 'node:fs';
import path from 'node:path';

import { GuardedProcess } from '../../src/platform/embedded/guarded-process.ts';
import { waitUntil } from './wait-until.js';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** One program of dist/, with everything it printed. */
export class ChildProgram {
  private text = '';

  constructor(
    private readonly name: string,
    private readonly child: GuardedProcess,
  ) {
    for (const stream of child.output) stream.on('data', (chunk: Buffer) => (this.text += chunk.toString()));
  }

  get pid(): number {
    return this.child.pid;
  }

  get output(): string {
    return this.text;
  }

  /** The exit code; 128 + n after signal n. */
  get exited(): Promise<number> {
    return this.child.exited;
  }

  async printed(pattern: RegExp, timeoutMs = 20_000): Promise<RegExpExecArray> {
    let ended = false;
    void this.exited.then(() => (ended = true));
    const found = await waitUntil(`${this.name} prints ${String(pattern)}`, () => pattern.exec(this.text) ?? ended, {
      timeoutMs,
    }).catch((cause: unknown) => this.fail('said something else', cause));
    return found === true ? this.fail('ended') : found;
  }

  /** Waits until GET answers 200, for example `http://127.0.0.1:8000/health/ready`. */
  async answers(url: string, timeoutMs = 20_000): Promise<void> {
    let ended = false;
    void this.exited.then(() => (ended = true));
    const ready = () =>
      fetch(url).then(
        (response) => response.ok,
        () => ended && 'ended',
      );
    const answer = await waitUntil(`${this.name} answers on ${url}`, ready, { timeoutMs }).catch((cause: unknown) =>
      this.fail('did not answer', cause),
    );
    if (answer === 'ended') this.fail('ended');
  }

  /** SIGTERM, then the exit code; killed after `timeoutMs`. */
  stop(timeoutMs = 15_000): Promise<number> {
    return this.child.stop(timeoutMs);
  }

  /** SIGKILL, then waits until the process has gone. */
  async kill(): Promise<void> {
    this.child.kill();
    await this.exited;
  }

  private fail(what: string, cause?: unknown): never {
    throw new Error(`${this.name} ${what}. It printed:\n${this.text.slice(-4000)}`, { cause });
  }
}

/** The processes that a test file starts; `afterAll(() => processes.stopAll())` ends what still runs. */
export class ChildProcesses {
  private readonly programs: ChildProgram[] = [];

  /** Starts `node <script> …args`, the script relative to the project ("dist/worker.js"), with exactly this environment. */
  async start(script: string, env: Record<string, string>, args: readonly string[] = []): Promise<ChildProgram> {
    const file = path.resolve(ROOT, script);
    if (!existsSync(file)) throw new Error(`${file} does not exist: run "npm run build" first.`);
    const child = await GuardedProcess.start({
      command: process.execPath,
      args: [file, ...args],
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
      cwd: ROOT,
      stopSignal: 'TERM',
      output: 'pipe',
    });
    const program = new ChildProgram(script, child);
    this.programs.push(program);
    return program;
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.programs.map((program) => program.stop()));
  }
}
