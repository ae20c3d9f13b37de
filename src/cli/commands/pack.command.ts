import {
  type ArchiveEntry,
  type PackageMetadata,
  packArchive,
  readPackage,
  requireSupported,
  WpkError,
} from '../../wpk/index.js';
import { CliError, type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { writeBytes } from '../local.files.js';
import { escapeLine } from '../output/escape.js';
import { renderFields } from '../output/table.js';
import { kindOf, readPackageFolder } from '../package.folder.js';

export interface PackOptions {
  readonly out?: string;
}

/** Writes one archive from a folder; only a valid package is written. The same content gives the same bytes. */
export async function pack(context: CommandContext, folder: string, options: PackOptions): Promise<ExitCode> {
  const { output } = context;
  if ((await kindOf(folder)) === 'file') {
    const hints = [`Sign it as it is: \`atomctl sign ${folder} --key cosign.key\`.`];
    throw new CliError('CLI.USAGE', `${folder} is one file and needs no packing`, { hints });
  }
  const { files, leftOut } = await readPackageFolder(folder);
  if (leftOut.length > 0) output.warn(`left out, since a package has no place for it: ${leftOut.join(', ')}`);
  const { bytes, digest, metadata } = await makePackage(folder, files);
  const { name, version } = metadata;
  const file = options.out ?? `${name}-${version}.wpk.tgz`;
  await writeBytes(file, bytes, { overwrite: true });
  await output.result({ file, name, version, digest, size: bytes.length, files: files.map(({ path }) => path) }, () =>
    renderFields([
      ['file', escapeLine(file)],
      ['workflow', `${name}@${version}`],
      ['digest', digest],
      ['holds', `${files.length} ${files.length === 1 ? 'file' : 'files'}, ${bytes.length} bytes packed`],
    ]),
  );
  return exitCodes.ok;
}

interface MadePackage {
  readonly bytes: Uint8Array;
  readonly digest: string;
  readonly metadata: PackageMetadata;
}

async function makePackage(folder: string, files: readonly ArchiveEntry[]): Promise<MadePackage> {
  try {
    const bytes = await packArchive(files);
    const file = await readPackage(bytes);
    requireSupported(file);
    return { bytes, digest: file.digest, metadata: file.package.metadata };
  } catch (cause) {
    if (!(cause instanceof WpkError)) throw cause;
    const hints = [`\`atomctl validate ${folder}\` shows every place.`];
    throw new CliError('CLI.REFUSED', `${folder} is not a valid package: ${cause.message}`, { cause, hints });
  }
}
