import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { CliError } from '../cli.errors.js';
import { readBytesIfPresent, reasonOf, writeBytes } from '../local.files.js';
import { bundlePathOf } from '../signature.files.js';
import { fileNameOf } from './manifest.js';
import type { PulledBundle, PulledPackage } from './package.puller.js';

export interface LocalFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/** The package first, then its bundles under the names that `verify` and `push` look for. */
export function filesOf(folder: string, pulled: PulledPackage, bundles: readonly PulledBundle[]): readonly LocalFile[] {
  const path = join(folder, safeName(pulled) ?? fileNameOf(pulled.file));
  return [
    { path, bytes: pulled.bytes },
    ...bundles.map(({ bytes }, at) => ({ path: bundlePathOf(path, at + 1), bytes })),
  ];
}

/**
 * The name that the one who pushed chose, when it can do no harm: no folder, no hidden file, nothing that a shell or a
 * terminal reads otherwise, and an ending that says what is in the file.
 */
export function safeName({ title, file }: Pick<PulledPackage, 'title' | 'file'>): string | undefined {
  const ending = file.mediaType.endsWith('gzip') ? /\.(?:tgz|tar\.gz)$/ : /\.ya?ml$/;
  const isSafe = title !== undefined && /^[A-Za-z0-9][\w.+-]{0,199}$/.test(title) && ending.test(title);
  return isSafe ? title : undefined;
}

/** Writes what is not there yet. Whatever stands in the way is found before anything is written. */
export async function writeFiles(folder: string, files: readonly LocalFile[]): Promise<void> {
  const missing: LocalFile[] = [];
  for (const { path, bytes } of files) {
    const present = await readBytesIfPresent(path);
    if (!present) missing.push({ path, bytes });
    else if (!present.equals(bytes)) {
      const hints = ['Move it away, or name another folder with --out.'];
      throw new CliError('CLI.FILE', `${path} exists already and holds something else`, { hints });
    }
  }
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new CliError('CLI.FILE', `cannot make the folder ${folder}: ${reasonOf(cause)}`, { cause });
  });
  for (const { path, bytes } of missing) await writeBytes(path, bytes, { overwrite: false });
}
