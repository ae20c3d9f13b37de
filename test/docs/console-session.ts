import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';

export interface Printed {
  readonly output: string;
  readonly succeeded: boolean;
}

const LIMIT_MS = 120_000;

/** One bash that runs one command after the other, as a person's terminal does: `cd` and `export` last. */
export class ConsoleSession {
  private readonly bash: ChildProcess;
  /** Printed after each command; no command prints it. */
  private readonly mark = randomUUID();
  private text = '';
  private ended = false;
  private wake: () => void = () => undefined;

  constructor(folder: string, env: Readonly<Record<string, string>>) {
    // A group of its own, so that a command that hangs can be ended with all that it started.
    this.bash = spawn('bash', ['--noprofile', '--norc'], { cwd: folder, env, stdio: 'pipe', detached: true });
    this.bash.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.text += text;
      this.wake();
    });
    this.bash.once('close', () => {
      this.ended = true;
      this.wake();
    });
    this.bash.stdin?.on('error', () => undefined); // bash has ended; `run` sees it
    this.send('exec 2>&1; set -euo pipefail');
  }

  /**
   * Both streams of the command as a terminal shows them. A command that fails ends the session, except where it is allowed
   * to: then the session goes on, and so does one whose command succeeded.
   */
  async run(command: string, mayFail = false): Promise<Printed> {
    const code = `{\n${command}\n} </dev/null`; // the session's input is the script
    const yes = `echo ${this.mark} yes`;
    this.send(mayFail ? `if ${code}; then ${yes}; else echo ${this.mark} no; fi` : `${code}\n${yes}`);
    return this.answer();
  }

  /** Ends whatever still runs, also what outlived bash. */
  async close(): Promise<void> {
    const closed = this.ended ? Promise.resolve() : new Promise((resolve) => this.bash.once('close', resolve));
    this.kill();
    await closed;
  }

  private async answer(): Promise<Printed> {
    const late = setTimeout(() => this.kill(), LIMIT_MS);
    try {
      for (;;) {
        const [output = '', rest] = this.text.split(`${this.mark} `);
        const verdict = rest === undefined ? undefined : /^(yes|no)\n/.exec(rest)?.[1];
        if (verdict !== undefined || this.ended) {
          this.text = '';
          return { output, succeeded: verdict === 'yes' };
        }
        await new Promise<void>((resolve) => (this.wake = resolve));
      }
    } finally {
      clearTimeout(late);
    }
  }

  private send(script: string): void {
    this.bash.stdin?.write(`${script}\n`);
  }

  private kill(): void {
    if (this.bash.pid === undefined) return;
    try {
      process.kill(-this.bash.pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
