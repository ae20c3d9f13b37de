import { open, readFile, rename } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

import { GuardedProcess } from '../platform/embedded/guarded-process.js';
import { DevRefusal } from './dev.options.js';
import { FILES, inProject } from './dev.state.js';

const READY_TIMEOUT_MS = 60_000;

/** The api or the worker as a process of its own, with its log in a file. */
export class ServiceProcess {
  private constructor(
    readonly name: string,
    readonly log: string,
    private readonly child: GuardedProcess,
  ) {}

  static async start(name: string, script: string, env: NodeJS.ProcessEnv): Promise<ServiceProcess> {
    const log = `${FILES.logs}/${name}.log`;
    await rename(inProject(log), inProject(`${FILES.logs}/${name}.previous.log`)).catch(() => undefined);
    const file = await open(inProject(log), 'w', 0o600);
    try {
      const child = await GuardedProcess.start({
        command: process.execPath,
        args: [inProject(script)],
        env,
        cwd: inProject('.'),
        stopSignal: 'TERM',
        output: file.fd,
      });
      return new ServiceProcess(name, log, child);
    } finally {
      await file.close();
    }
  }

  /** Waits for 200 from the readiness address. */
  async ready(url: string): Promise<void> {
    const deadline = Date.now() + READY_TIMEOUT_MS;
    const ended = this.child.exited.then((code) => ({ code }));
    for (;;) {
      const state = await Promise.race([ended, isReady(url)]);
      if (state === true) return;
      if (state !== false || Date.now() > deadline) {
        const what = state === false ? `was not ready within ${READY_TIMEOUT_MS / 1000} s` : endedWith(state.code);
        throw new DevRefusal(`The ${this.name} ${what}. The end of ${this.log}:\n${await this.tail()}`);
      }
      await delay(50);
    }
  }

  /** Rejects when the process ends without having been asked to. */
  async failed(): Promise<never> {
    const code = await this.child.exited;
    throw new DevRefusal(`The ${this.name} ${endedWith(code)}. The end of ${this.log}:\n${await this.tail()}`);
  }

  stop(timeoutMs: number): Promise<number> {
    return this.child.stop(timeoutMs);
  }

  private async tail(): Promise<string> {
    return (await readFile(inProject(this.log), 'utf8')).slice(-2000);
  }
}

function endedWith(code: number): string {
  return `ended by itself with exit code ${code}`;
}

function isReady(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(5000) }).then(
    (response) => response.ok,
    () => false,
  );
}
