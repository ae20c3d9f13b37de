import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { waitUntil } from '../support/wait-until.js';
const entry = path.resolve(import.meta.dirname, '../../dist/cli/atomctl.js');
/** The built command line as a process of its own, with nothing of the test's environment but PATH. */
export class Atomctl {
  constructor(args, { env = {}, cwd = process.cwd() } = {}) {
    this.stdout = '';
    this.stderr = '';
    if (!existsSync(entry)) throw new Error(`${entry} does not exist: run "npm run build" first.`);
    const child = spawn(process.execPath, [entry, ...args], {
      cwd,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 30_000,
    });
    this.child = child;
    child.stdout.setEncoding('utf8').on('data', (text) => (this.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (this.stderr += text));
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, stdout: this.stdout, stderr: this.stderr }));
    });
  }
  /** Waits until the text was seen on stderr. */
  async told(text) {
    await waitUntil(`atomctl tells ${text}`, () => this.stderr.includes(text));
  }
}
export async function atomctl(args, choices = {}) {
  return new Atomctl(args, choices).ended;
}
//# sourceMappingURL=atomctl.process.js.map
