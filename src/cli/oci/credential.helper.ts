import { spawn } from 'node:child_process';

import { CliError } from '../cli.errors.js';
import type { Environment } from '../settings.js';
import type { Credentials } from './credentials.types.js';
import { isObject } from './descriptor.js';

const maxBytes = 64 * 1024;

interface HelperAnswer {
  readonly code: number | null;
  readonly text: string;
}

/**
 * Runs `docker-credential-NAME get` as Docker does: the address on stdin, JSON on stdout. Undefined when the helper knows
 * nothing about the registry. What a helper prints is never repeated: it may hold the secret.
 */
export async function askCredentialHelper(
  name: string,
  server: string,
  env: Environment,
  timeoutMs: number,
): Promise<Credentials | undefined> {
  // The name comes out of a file and becomes the name of a program: no way to another folder.
  if (!/^[\w.-]{1,128}$/.test(name)) throw new CliError('CLI.FILE', `Docker's config.json names a helper '${name}'`);
  const program = `docker-credential-${name}`;
  const { code, text } = await run(program, server, env, timeoutMs);
  if (code !== 0 && /credentials not found/i.test(text)) return undefined;
  if (code !== 0) throw failure(program, `ended with ${code ?? 'a signal'}`);
  const { Username: username, Secret: secret } = objectIn(text);
  if (typeof username !== 'string' || typeof secret !== 'string') {
    throw failure(program, 'answered with something else');
  }
  if (secret === '') return undefined;
  return username === '<token>'
    ? { kind: 'identity-token', token: secret }
    : { kind: 'password', username, password: secret };
}

function run(program: string, server: string, env: Environment, timeoutMs: number): Promise<HelperAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['get'], { env: { ...env }, stdio: ['pipe', 'pipe', 'ignore'] });
    let text = '';
    const timer = setTimeout(() => stop(`gave no answer within ${timeoutMs / 1000} s`), timeoutMs);
    const stop = (reason: string): void => {
      child.kill('SIGKILL');
      child.stdout.destroy();
      reject(failure(program, reason));
    };
    child.stdout.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      if (text.length > maxBytes) stop('answered with more than 64 KiB');
    });
    child.stdin.on('error', () => undefined); // one that ends without reading has an exit code
    child.stdin.end(server);
    child.once('error', (cause) => {
      clearTimeout(timer);
      const isMissing = 'code' in cause && cause.code === 'ENOENT';
      reject(failure(program, isMissing ? 'is not on the PATH' : 'cannot be started'));
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, text });
    });
  });
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function failure(program: string, reason: string): CliError {
  const hints = [
    "Docker's config.json names it as the place of the credentials.",
    'ATOM_OCI_USERNAME and ATOM_OCI_PASSWORD win over it.',
  ];
  return new CliError('CLI.FILE', `${program} ${reason}`, { hints });
}
