import { stat } from 'node:fs/promises';

import { type PackageFile, packArchive, readPackage, requireSupported, WpkError } from '../../wpk/index.js';
import { CliError, type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { readBytes, reasonOf } from '../local.files.js';
import { escapeLine } from '../output/escape.js';
import { readPackageFolder } from '../package.folder.js';
import { type ProblemSource, renderProblems } from '../package.problems.js';

interface Candidate {
  readonly bytes: Uint8Array;
  readonly source: ProblemSource;
}

/** Reads a package as the registry does. The findings are the result, so they go to stdout; any of them is exit 1. */
export async function validate(context: CommandContext, path: string): Promise<ExitCode> {
  const { output } = context;
  let candidate: Candidate | undefined;
  try {
    candidate = await open(path);
    const file = await readPackage(candidate.bytes);
    requireSupported(file);
    const { name, version } = file.package.metadata;
    const steps = file.package.spec.steps.map((step) => step.name);
    const value = { valid: true, file: path, name, version, digest: file.digest, steps };
    await output.result(value, () => okLine(path, file));
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof WpkError)) throw error;
    const source = candidate?.source ?? { label: path, text: undefined };
    const { code, problems } = error;
    const value = { valid: false, file: source.label, code, problems };
    await output.result(value, () => renderProblems(problems, source, output.paint));
    return exitCodes.failed;
  }
}

function okLine(path: string, { package: { metadata, spec }, digest }: PackageFile): string {
  const count = spec.steps.length === 1 ? '1 step' : `${spec.steps.length} steps`;
  return `${escapeLine(path)}: ok ${metadata.name}@${metadata.version}, ${count}, ${digest}`;
}

async function open(path: string): Promise<Candidate> {
  if (await isFolder(path)) {
    const { files } = await readPackageFolder(path);
    const yaml = files.find((file) => file.path === 'wpk.yaml');
    return {
      bytes: await packArchive(files),
      source: { label: `${path.replace(/\/+$/, '')}/wpk.yaml`, text: yaml && textOf(yaml.bytes) },
    };
  }
  const bytes = await readBytes(path);
  const isArchive = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return {
    bytes,
    source: isArchive ? { label: `${path}!/wpk.yaml`, text: undefined } : { label: path, text: textOf(bytes) },
  };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw new CliError('CLI.FILE', `cannot read ${path}: ${reasonOf(cause)}`, { cause });
  }
}
