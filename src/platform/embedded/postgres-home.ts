import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { type DatabaseAccount, mayEnter } from './database-account.ts';
import { EmbeddedError } from './embedded.error.ts';

/** What is remembered between two starts, in `<stateDir>/postgres.json` (0600: it holds the password). */
export interface PostgresState {
  /** Folder of the data and, if they had to be copied, of the binaries. */
  readonly home: string;
  readonly password: string;
  /** The port of the last start, tried again by the next. */
  readonly port?: number;
}

/**
 * Reads the state of earlier starts, or chooses a folder for a first one: the state folder itself, or, when the
 * database account may not enter that (root's home is closed to others), one under /var/lib, where only root can write.
 */
export async function openHome(stateDir: string, account: DatabaseAccount): Promise<PostgresState> {
  const known = await readState(stateDir);
  if (known) {
    await refuseOtherOwner(known.home, account);
    return known;
  }
  const home = (await mayEnter(account, stateDir)) ? path.join(stateDir, 'postgres') : await outsideHome(stateDir);
  await mkdir(home, { recursive: true });
  await chmod(home, 0o755); // whatever the umask: the account must be able to pass
  await setAside(home);
  const state = { home, password: randomBytes(18).toString('base64url') };
  await writeState(stateDir, state);
  return state;
}

export async function writeState(stateDir: string, state: PostgresState): Promise<void> {
  const file = stateFile(stateDir);
  await writeFile(`${file}.new`, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

export function dataDirectory(home: string): string {
  return path.join(home, 'data');
}

function stateFile(stateDir: string): string {
  return path.join(stateDir, 'postgres.json');
}

async function readState(stateDir: string): Promise<PostgresState | undefined> {
  const file = stateFile(stateDir);
  try {
    return JSON.parse(await readFile(file, 'utf8')) as PostgresState;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new EmbeddedError(
      'other-owner',
      `${file} cannot be read: start as the user who made it, or remove ${stateDir} to begin anew.`,
      { cause },
    );
  }
}

async function refuseOtherOwner(home: string, account: DatabaseAccount): Promise<void> {
  const data = dataDirectory(home);
  const owner = await stat(data).catch(() => undefined);
  if (owner === undefined || owner.uid === (account.uid ?? process.getuid?.() ?? owner.uid)) return;
  throw new EmbeddedError(
    'other-owner',
    `${data} belongs to another user (uid ${owner.uid}): start as the user who made it, or remove ${path.dirname(home)} to begin anew.`,
  );
}

async function outsideHome(stateDir: string): Promise<string> {
  const place = createHash('sha256')
    .update(await realpath(stateDir))
    .digest('hex')
    .slice(0, 12);
  return path.join('/var/lib', `atom-${place}`);
}

/** Data whose state file was removed: its password is lost, so it is put aside (one generation) and not destroyed. */
async function setAside(home: string): Promise<void> {
  const data = dataDirectory(home);
  if (!(await stat(data).catch(() => undefined))) return;
  await rm(`${data}.previous`, { recursive: true, force: true });
  await rename(data, `${data}.previous`);
}
