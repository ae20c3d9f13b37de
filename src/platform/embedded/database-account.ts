import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { EmbeddedError } from './embedded.error.ts';

const run = promisify(execFile);

/** The system account that runs the server: undefined ids mean the account of this process. */
export interface DatabaseAccount {
  readonly name: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** PostgreSQL refuses to run as root and looks its user up in the passwd file. */
export async function databaseAccount(): Promise<DatabaseAccount> {
  if (process.getuid?.() !== 0) return { name: 'this user' };
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const account = accounts.find((fields) => fields[0] === name);
    if (account) return { name, uid: Number(account[2]), gid: Number(account[3]) };
  }
  throw new EmbeddedError(
    'no-account',
    'PostgreSQL does not run as root, and there is neither a user "postgres" nor "nobody": start as an ordinary user.',
  );
}

/** Runs a program as the account, with nothing of this process's environment (PGDATA and the like would leak in). */
export async function runAs(account: DatabaseAccount, file: string, args: readonly string[]): Promise<string> {
  const { uid, gid } = account;
  const ids = uid === undefined || gid === undefined ? {} : { uid, gid };
  const { stdout } = await run(file, [...args], { ...ids, cwd: '/', env: CLEAN_ENVIRONMENT });
  return stdout;
}

/** True when the account may enter the folder, whatever the permissions on the way to it. */
export function mayEnter(account: DatabaseAccount, folder: string): Promise<boolean> {
  return runAs(account, '/bin/sh', ['-c', 'cd "$1"', 'enter', folder]).then(
    () => true,
    () => false,
  );
}

export const CLEAN_ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
