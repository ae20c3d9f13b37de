import { execFile, spawn } from 'node:child_process';
import { access, constants, mkdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const project = path.resolve(import.meta.dirname, '../../tools/oci-registry');

/** Where a program is, or why there is none. */
export type Search = { readonly program: string } | { readonly missing: string };

/** oras 1.2 or newer: another client of the same artifacts. */
export function findOras(): Promise<Search> {
  const module = 'oras.land/oras/cmd/oras@v1.2.3';
  return find('oras', ['version'], ['install', module]);
}

/** olareg: a registry that lists referrers (distribution-spec 1.1). Its version is in tools/oci-registry/go.mod. */
export function findOlareg(): Promise<Search> {
  return find('olareg', ['version'], ['-C', project, 'install', 'github.com/olareg/olareg/cmd/olareg']);
}

/** CNCF Distribution 2.8, as Debian packages it: a registry that knows nothing of referrers. */
export function findDockerRegistry(): Promise<Search> {
  return find('docker-registry', ['--version']);
}

/** From the PATH, from `${XDG_CACHE_HOME:-~/.cache}/atom/bin`, or else built into that folder. CI fails where nothing helps. */
async function find(name: string, ask: readonly string[], build?: readonly string[]): Promise<Search> {
  const cache = path.join(process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'), 'atom', 'bin');
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), cache].filter((folder) => folder !== '');
  const present = await findIn(folders, name, ask);
  const search = present ?? (build ? await install(cache, name, build) : { missing: `${name} is not on the PATH.` });
  if ('missing' in search && ['true', '1'].includes(process.env['CI'] ?? '')) throw new Error(search.missing);
  return search;
}

async function findIn(folders: readonly string[], name: string, ask: readonly string[]): Promise<Search | undefined> {
  for (const program of folders.map((folder) => path.join(folder, name))) {
    try {
      await access(program, constants.X_OK);
      await run(program, ask);
      return { program };
    } catch {
      continue; // not here, or not one that runs
    }
  }
  return undefined;
}

async function install(cache: string, name: string, args: readonly string[]): Promise<Search> {
  console.warn(`${name} is not installed; building it into ${cache}, once.`);
  await mkdir(cache, { recursive: true });
  const failure = await new Promise<string | undefined>((resolve) => {
    const env = { ...process.env, GOBIN: cache, GOWORK: 'off' };
    const go = spawn('go', args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
    go.once('error', (error) => resolve(error.message));
    go.once('exit', (code) => resolve(code === 0 ? undefined : `go ended with ${code ?? 'a signal'}`));
  });
  if (failure === undefined) return { program: path.join(cache, name) };
  return { missing: `${name} is not on the PATH and could not be built (${failure}). Install it, or Go 1.26.` };
}
