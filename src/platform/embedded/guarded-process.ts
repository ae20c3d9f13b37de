import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

// The reader of descriptor 3 wakes up when this process ends in any way, SIGKILL included, and stops the command.
// $1 is the signal that stops the command, the rest is the command itself.
const GUARD = `s=$1; shift; "$@" 3<&- & p=$!; echo $p >&3
{ read -r _ <&3; kill -$s $p; } 2>/dev/null & g=$!
wait $p; c=$?; kill -9 $g 2>/dev/null; exit $c`;

export interface GuardedProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** The signal for an orderly end; also sent when the parent dies. */
  readonly stopSignal: 'INT' | 'TERM';
  /** A file descriptor, or a pipe that `output` reads. */
  readonly output: number | 'pipe';
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

/**
 * A child process that cannot outlive its parent and that Ctrl-C in the terminal does not reach,
 * so that the parent alone decides the order in which its children stop.
 */
export class GuardedProcess {
  readonly pid: number;
  /** Fulfilled with the exit code (128 + n after signal n) once the process has gone. */
  readonly exited: Promise<number>;
  private readonly guard: ChildProcess;

  private constructor(guard: ChildProcess, pid: number, exited: Promise<number>) {
    this.guard = guard;
    this.pid = pid;
    this.exited = exited;
  }

  static async start(options: GuardedProcessOptions): Promise<GuardedProcess> {
    const { command, args, env, cwd, stopSignal, output, uid, gid } = options;
    const guard = spawn('/bin/sh', ['-c', GUARD, 'guard', stopSignal, command, ...args], {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', output, output, 'pipe'],
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    });
    const exited = new Promise<number>((resolve) => guard.once('close', (code) => resolve(code ?? 137)));
    const failed = once(guard, 'error').then(([error]: unknown[]) => Promise.reject(error as Error));
    failed.catch(() => undefined);
    const [line] = (await Promise.race([once(channel(guard), 'data'), failed])) as [Buffer];
    return new GuardedProcess(guard, Number(line.toString()), exited);
  }

  /** Standard output and standard error; empty unless `output` is 'pipe'. */
  get output(): readonly Readable[] {
    return [this.guard.stdout, this.guard.stderr].filter((stream) => stream !== null);
  }

  /** Asks for an orderly end and waits for it; after `timeoutMs` the process is killed. */
  async stop(timeoutMs: number): Promise<number> {
    channel(this.guard).destroy();
    const deadline = new AbortController();
    const late = delay(timeoutMs, undefined, { signal: deadline.signal, ref: false }).then(() => this.kill());
    late.catch(() => undefined);
    const code = await this.exited;
    deadline.abort();
    return code;
  }

  /** SIGKILL, as a crash would be: nothing is flushed, nothing is handed over. */
  kill(): void {
    try {
      process.kill(this.pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function channel(guard: ChildProcess): Readable {
  return guard.stdio[3] as Readable;
}
