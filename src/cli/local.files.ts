import { readFile, stat, writeFile } from 'node:fs/promises';

import { CliError } from './cli.errors.js';

/** The bytes of a file that the person named. */
export async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new CliError('CLI.FILE', `cannot read ${path}: ${reasonOf(cause)}`, { cause });
  }
}

export async function readText(path: string): Promise<string> {
  return (await readBytes(path)).toString('utf8');
}

/** As readBytes, but undefined when there is no such file. */
export async function readBytesIfPresent(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw new CliError('CLI.FILE', `cannot read ${path}: ${reasonOf(cause)}`, { cause });
  }
}

export async function readTextIfPresent(path: string): Promise<string | undefined> {
  return (await readBytesIfPresent(path))?.toString('utf8');
}

/** Whether the path leads to something that is there and no folder. */
export async function isFile(path: string): Promise<boolean> {
  try {
    return !(await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

export interface WriteChoice {
  /** Whether an existing file is replaced. Without it, none is, not even when it appears in the same instant. */
  readonly overwrite: boolean;
  readonly mode?: number;
}

export async function writeBytes(path: string, content: string | Uint8Array, choice: WriteChoice): Promise<void> {
  try {
    await writeFile(path, content, { flag: choice.overwrite ? 'w' : 'wx', mode: choice.mode ?? 0o666 });
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') {
      throw new CliError('CLI.FILE', `${path} exists already`, {
        cause,
        hints: ['Name another file, or use --force.'],
      });
    }
    throw new CliError('CLI.FILE', `cannot write ${path}: ${reasonOf(cause)}`, { cause });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left',
};

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
}

export function reasonOf(thrown: unknown): string {
  return reasons[codeOf(thrown)] ?? (thrown instanceof Error ? thrown.message : String(thrown));
}
