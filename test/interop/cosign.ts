import { execFile, spawn } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MODULE = 'github.com/sigstore/cosign/v3/cmd/cosign@v3.1.2';

/** Where the program is, or why there is none. */
export type CosignSearch = { readonly program: string } | { readonly missing: string };

/**
 * The real cosign 3: from the PATH, from `${XDG_CACHE_HOME:-~/.cache}/atom/bin`, or else built into that folder with Go
 * (some minutes, once). Where nothing helps, CI fails and a person is told why nothing was compared.
 */
export async function findCosign(): Promise<CosignSearch> {
  const cache = path.join(process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'), 'atom', 'bin');
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), cache].filter((folder) => folder !== '');
  const search = (await findIn(folders)) ?? (await build(cache));
  if ('missing' in search && ['true', '1'].includes(process.env['CI'] ?? '')) throw new Error(search.missing);
  return search;
}

async function findIn(folders: readonly string[]): Promise<CosignSearch | undefined> {
  for (const program of folders.map((folder) => path.join(folder, 'cosign'))) {
    try {
      await access(program, constants.X_OK);
      const { stdout } = await run(program, ['version', '--json']);
      if (/"gitVersion":\s*"v3\./.test(stdout)) return { program };
    } catch {
      continue; // not here, or not a cosign that runs
    }
  }
  return undefined;
}

async function build(cache: string): Promise<CosignSearch> {
  console.warn(`cosign 3 is not installed; building ${MODULE} into ${cache}, which takes some minutes once.`);
  await mkdir(cache, { recursive: true });
  const failure = await new Promise<string | undefined>((resolve) => {
    const go = spawn('go', ['install', MODULE], {
      env: { ...process.env, GOBIN: cache },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    go.once('error', (error) => resolve(error.message));
    go.once('exit', (code) => resolve(code === 0 ? undefined : `go ended with ${code ?? 'a signal'}`));
  });
  if (failure === undefined) return { program: path.join(cache, 'cosign') };
  return { missing: `cosign 3 is not on the PATH and could not be built (${failure}). Install cosign 3 or Go 1.26.` };
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
    await bench.write(
      'root.json',
      JSON.stringify({ mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1' }),
    );
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
