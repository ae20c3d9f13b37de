import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';

import { type ArchiveEntry, isPackagePath } from '../wpk/index.js';
import { CliError } from './cli.errors.js';
import { readBytes, reasonOf } from './local.files.js';

export interface FolderContent {
  readonly files: readonly ArchiveEntry[];
  /** What lies at the top of the folder and has no place in a package: never packed, so that a key left there is not published. */
  readonly leftOut: readonly string[];
}

/** Reads what belongs to a package. Links and special files are refused: what is packed must be what lies there. */
export async function readPackageFolder(folder: string): Promise<FolderContent> {
  const files: ArchiveEntry[] = [];
  const leftOut: string[] = [];
  for (const name of await namesIn(folder)) {
    if (isPackagePath(name) || isPackagePath(`${name}/`)) await collect(folder, name, files);
    else leftOut.push(name);
  }
  if (!files.some((file) => file.path === 'wpk.yaml')) {
    const hints = ['A package folder has wpk.yaml at its top; a single YAML file needs no packing.'];
    throw new CliError('CLI.FILE', `${folder} holds no wpk.yaml`, { hints });
  }
  return { files, leftOut };
}

async function collect(folder: string, relative: string, files: ArchiveEntry[]): Promise<void> {
  const full = path.join(folder, relative);
  const kind = await kindOf(full);
  if (kind === 'file') {
    files.push({ path: relative, bytes: await readBytes(full) });
  } else if (kind === 'folder') {
    for (const name of await namesIn(full)) await collect(folder, `${relative}/${name}`, files);
  } else {
    const hints = ['Replace it with the file that it stands for.'];
    throw new CliError('CLI.FILE', `${full} is ${kind}; a package holds plain files only`, { hints });
  }
}

/** Sorted by code unit, which no locale changes. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (cause) {
    throw new CliError('CLI.FILE', `cannot read ${folder}: ${reasonOf(cause)}`, { cause });
  }
}

/** Looks at the thing itself, not at what a link points to. */
export async function kindOf(full: string): Promise<'file' | 'folder' | 'a symbolic link' | 'a special file'> {
  try {
    const status = await lstat(full);
    if (status.isSymbolicLink()) return 'a symbolic link';
    if (status.isDirectory()) return 'folder';
    return status.isFile() ? 'file' : 'a special file';
  } catch (cause) {
    throw new CliError('CLI.FILE', `cannot read ${full}: ${reasonOf(cause)}`, { cause });
  }
}
