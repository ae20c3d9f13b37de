import { diffPackages, type PackageDiff, type PackageFile, readPackage, WpkError } from '../../wpk/index.js';
import type { VersionDiff } from '../api.types.js';
import { CliError, type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { diffView } from '../diff.view.js';
import { isFile, readBytes } from '../local.files.js';
import { parseVersionReference, workflowPath } from '../workflow.reference.js';

/** Of two files without a server, or of two versions of a workflow. Exit 0 whether something differs or not. */
export async function diff(context: CommandContext, from: string, to: string): Promise<ExitCode> {
  const [isFrom, isTo] = await Promise.all([isFile(from), isFile(to)]);
  if (isFrom && isTo) return diffFiles(context, from, to);
  if (isFrom || isTo) {
    const hints = ['`atomctl get NAME@VERSION --package FILE` fetches a version; then name two files.'];
    throw new CliError('CLI.USAGE', `there is no file ${isFrom ? to : from}; name two files or two versions`, {
      hints,
    });
  }
  return diffVersions(context, from, to);
}

async function diffVersions(context: CommandContext, from: string, to: string): Promise<ExitCode> {
  const { output } = context;
  const [before, after] = [parseVersionReference(from), parseVersionReference(to)];
  if (before.workflow !== after.workflow) {
    const hints = ['`atomctl get NAME@VERSION --package FILE` fetches each of them; then name the two files.'];
    throw new CliError('CLI.USAGE', 'these are versions of two workflows', { hints });
  }
  const path = `${workflowPath(after.workflow)}/diff`;
  const body = await context.api().get<VersionDiff>(path, { from: before.version, to: after.version });
  await output.result(body, () => diffView(from, to, body, output.paint));
  return exitCodes.ok;
}

async function diffFiles({ output }: CommandContext, from: string, to: string): Promise<ExitCode> {
  const [before, after] = [await open(from), await open(to)];
  const found = asDocument(diffPackages(before, after));
  const value = { from: sideOf(from, before), to: sideOf(to, after), ...found };
  await output.result(value, () => diffView(from, to, found, output.paint));
  return exitCodes.ok;
}

async function open(file: string): Promise<PackageFile> {
  const bytes = await readBytes(file);
  try {
    return await readPackage(bytes);
  } catch (cause) {
    if (!(cause instanceof WpkError)) throw cause;
    const hints = [`\`atomctl validate ${file}\` shows every place.`];
    throw new CliError('CLI.REFUSED', `${file} is not a valid package: ${cause.message}`, { cause, hints });
  }
}

function sideOf(file: string, { digest, package: { metadata } }: PackageFile): object {
  return { file, name: metadata.name, version: metadata.version, digest };
}

/** In the words of the API. */
function asDocument({ sections, steps, isCut, ...rest }: PackageDiff): VersionDiff {
  const fieldsOf = (fields: PackageDiff['steps'][number]['fields']): VersionDiff['steps'][number]['fields'] =>
    fields.map(({ isCut: cut, ...field }) => ({ ...field, cut }));
  return {
    sections: sections.map(({ section, fields }) => ({ section, fields: fieldsOf(fields) })),
    steps: steps.map((step) => ({ ...step, fields: fieldsOf(step.fields) })),
    ...rest,
    cut: isCut,
  };
}
