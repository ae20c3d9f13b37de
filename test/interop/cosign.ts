import { execFile, spawn } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type CosignMajor = 2 | 3;
export const COSIGN_MAJORS = [3, 2] as const;

/** What Atom is compared with; `folder` is where below `${XDG_CACHE_HOME:-~/.cache}/atom` it is kept. */
const RELEASES: Readonly<Record<CosignMajor, { readonly module: string; readonly folder: string }>> = {
  3: { module: 'github.com/sigstore/cosign/v3/cmd/cosign@v3.1.2', folder: 'bin' },
  2: { module: 'github.com/sigstore/cosign/v2/cmd/cosign@v2.6.2', folder: 'cosign-2' },
};

/** Where the program is, or why there is none. */
export type CosignSearch = { readonly program: string } | { readonly missing: string };

/**
 * The real cosign of one major version: from the PATH, from the cache, or else built into the cache with Go (some minutes,
 * once). Where nothing helps, CI fails and a person is told why nothing was compared.
 */
export async function findCosign(major: CosignMajor): Promise<CosignSearch> {
  const root = path.join(process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'), 'atom');
  const cache = path.join(root, RELEASES[major].folder);
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), cache].filter((folder) => folder !== '');
  const search = (await findIn(folders, major)) ?? (await build(major, cache));
  if ('missing' in search && ['true', '1'].includes(process.env['CI'] ?? '')) throw new Error(search.missing);
  return search;
}

async function findIn(folders: readonly string[], major: CosignMajor): Promise<CosignSearch | undefined> {
  for (const program of folders.map((folder) => path.join(folder, 'cosign'))) {
    try {
      await access(program, constants.X_OK);
      const { stdout } = await run(program, ['version', '--json']);
      if (stdout.includes(`"gitVersion": "v${major}.`)) return { program };
    } catch {
      continue; // not here, or not a cosign that runs
    }
  }
  return undefined;
}

async function build(major: CosignMajor, cache: string): Promise<CosignSearch> {
  const { module } = RELEASES[major];
  console.warn(`cosign ${major} is not installed; building ${module} into ${cache}, which takes some minutes once.`);
  await mkdir(cache, { recursive: true });
  const failure = await new Promise<string | undefined>((resolve) => {
    const go = spawn('go', ['install', module], {
      env: { ...process.env, GOBIN: cache },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    go.once('error', (error) => resolve(error.message));
    go.once('exit', (code) => resolve(code === 0 ? undefined : `go ended with ${code ?? 'a signal'}`));
  });
  if (failure === undefined) return { program: path.join(cache, 'cosign') };
  return {
    missing: `cosign ${major} is not on the PATH and could not be built (${failure}). Install cosign ${major} or Go 1.26.`,
  };
}

/** A folder of its own for one test file; cosign runs in it, with no way to the network. */
export class CosignBench {
  private constructor(
    private readonly program: string,
    readonly folder: string,
  ) {}

  static async open(program: string): Promise<CosignBench> {
    const bench = new CosignBench(program, await mkdtemp(path.join(os.tmpdir(), 'atom-cosign-')));
    await bench.run('signing-config', 'create', '--out', 'no-log.json');
    await bench.run('trusted-root', 'create', '--out', 'no-root.json');
    return bench;
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  path(name: string): string {
    return path.join(this.folder, name);
  }

  async write(name: string, content: string | Uint8Array): Promise<void> {
    await writeFile(this.path(name), content);
  }

  /** Runs cosign in the folder; rejects when it ends with an error. `password` opens and closes its key files. */
  async run(...args: string[]): Promise<void> {
    await this.runWithPassword('', ...args);
  }

  async runWithPassword(password: string, ...args: string[]): Promise<void> {
    const env = {
      PATH: process.env['PATH'],
      HOME: this.folder,
      COSIGN_PASSWORD: password,
      HTTPS_PROXY: 'http://127.0.0.1:1', // whoever asks the network is refused at once
    };
    await run(this.program, args, { cwd: this.folder, env });
  }
}
