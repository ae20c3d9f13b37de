import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { freePort } from '../../src/platform/embedded/embedded-postgres.js';
import { GuardedProcess } from '../../src/platform/embedded/guarded-process.js';
import { waitUntil } from '../support/wait-until.js';

/** A registry program on a port of this machine, with a folder of its own. */
export class RegistryProcess {
  private constructor(
    private readonly process: GuardedProcess,
    private readonly folder: string,
    /** `127.0.0.1:PORT` */
    readonly host: string,
  ) {}

  /** `more`: further options, such as those of TLS. */
  static async olareg(program: string, more: readonly string[] = []): Promise<RegistryProcess> {
    const args = (port: string): string[] => ['serve', '--addr', '127.0.0.1', '--port', port, '--store-type', 'mem'];
    return RegistryProcess.start(program, (_folder, port) => Promise.resolve([...args(port), ...more]));
  }

  /** `auth`: the lines of its configuration under `auth:`, two blanks in. */
  static async distribution(program: string, auth?: string): Promise<RegistryProcess> {
    return RegistryProcess.start(program, async (folder, port) => {
      const lines = [
        'version: 0.1',
        'log: {level: error, accesslog: {disabled: true}}',
        `storage: {filesystem: {rootdirectory: ${path.join(folder, 'data')}}, delete: {enabled: true}}`,
        `http: {addr: "127.0.0.1:${port}"}`,
        ...(auth === undefined ? [] : ['auth:', auth]),
      ];
      await writeFile(path.join(folder, 'config.yml'), lines.join('\n'));
      return ['serve', path.join(folder, 'config.yml')];
    });
  }

  private static async start(
    program: string,
    prepare: (folder: string, port: string) => Promise<string[]>,
  ): Promise<RegistryProcess> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'atom-oci-'));
    const port = String(await freePort());
    const args = await prepare(folder, port);
    const env = { PATH: process.env['PATH'], HOME: folder };
    const options = { command: program, args, cwd: folder, env, stopSignal: 'TERM', output: 'pipe' } as const;
    const child = await GuardedProcess.start(options);
    const host = `127.0.0.1:${port}`;
    for (const stream of child.output) stream.resume();
    await waitUntil(`${program} answers`, () =>
      fetch(`http://${host}/v2/`).then(
        ({ status }) => status < 500,
        () => false,
      ),
    );
    return new RegistryProcess(child, folder, host);
  }

  async stop(): Promise<void> {
    await this.process.stop(5_000);
    await rm(this.folder, { recursive: true, force: true });
  }

  /** What the registry has under this path of its API, as JSON. */
  async json(route: string): Promise<Record<string, unknown>> {
    const accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json';
    const response = await fetch(`http://${this.host}/v2/${route}`, { headers: { accept } });
    return (await response.json()) as Record<string, unknown>;
  }
}
