import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { aPackage, aSigner, type PackageOptions, type Signer } from '../builders/signed-package.js';
import { atomctl, type Ended } from '../cli/atomctl.process.js';

/** A folder in which atomctl runs as a process, with a key pair and nothing of the person's own configuration. */
export class Workshop {
  readonly signer: Signer = aSigner();
  readonly stranger: Signer = aSigner();
  env: Record<string, string>;

  private constructor(readonly folder: string) {
    this.env = { HOME: folder };
  }

  static async open(): Promise<Workshop> {
    const workshop = new Workshop(await mkdtemp(path.join(os.tmpdir(), 'atom-workshop-')));
    await workshop.write('cosign.pub', workshop.signer.publicKeyPem);
    return workshop;
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** A package file `NAME.wpk.yaml` with its bundle beside it; the bytes of both. */
  async signed(name: string, options: PackageOptions = {}): Promise<{ file: string; bytes: Buffer; bundle: string }> {
    const file = `${name}.wpk.yaml`;
    const bytes = aPackage({ name, ...options });
    const bundle = this.signer.bundle(bytes);
    await this.write(file, bytes);
    await this.write(`${file}.sigstore.json`, bundle);
    return { file, bytes, bundle };
  }

  path(name: string): string {
    return path.join(this.folder, name);
  }

  async write(name: string, content: string | Uint8Array): Promise<void> {
    await writeFile(this.path(name), content);
  }

  read(name: string): Promise<Buffer> {
    return readFile(this.path(name));
  }

  /** Names of the files in a folder of the workshop; of one that is not there, none. */
  async list(name: string): Promise<string[]> {
    return (await readdir(this.path(name)).catch(() => [])).sort();
  }

  call(...args: string[]): Promise<Ended> {
    return atomctl(args, { cwd: this.folder, env: this.env });
  }

  /** The result of a command that has to succeed. */
  async json(...args: string[]): Promise<Record<string, unknown>> {
    const { code, stdout, stderr } = await this.call(...args, '--output', 'json');
    if (code !== 0) throw new Error(`atomctl ${args.join(' ')} ended with ${String(code)}: ${stderr}`);
    return JSON.parse(stdout) as Record<string, unknown>;
  }
}
