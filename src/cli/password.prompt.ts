import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

import { CliError } from './cli.errors.js';
import type { Environment } from './settings.js';

/** The password of a new key: COSIGN_PASSWORD (empty is legal), else asked twice on the terminal. */
export async function newPassword(env: Environment): Promise<string> {
  const given = env['COSIGN_PASSWORD'];
  if (given !== undefined) return given;
  const first = await ask('Password for the private key: ');
  if ((await ask('The same again: ')) === first) return first;
  throw new CliError('CLI.REFUSED', 'the two passwords differ; nothing was written');
}

/** The password of an existing key: COSIGN_PASSWORD (empty is legal), else asked on the terminal. */
export async function existingPassword(env: Environment): Promise<string> {
  return env['COSIGN_PASSWORD'] ?? (await ask('Password of the private key: '));
}

/** Asks on stderr, so that stdout stays the result; shows nothing of what is typed. */
async function ask(question: string): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) {
    const hints = ["Set COSIGN_PASSWORD; COSIGN_PASSWORD='' stands for no password."];
    throw new CliError('CLI.USAGE', 'a password is needed and there is no terminal to ask on', { hints });
  }
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: silent, terminal: true });
  stderr.write(question);
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve);
      lines.once('SIGINT', () => reject(new CliError('CLI.INTERRUPTED', 'interrupted')));
      lines.once('close', () => reject(new CliError('CLI.INTERRUPTED', 'no password was given')));
    });
  } finally {
    lines.close();
    stderr.write('\n');
  }
}
