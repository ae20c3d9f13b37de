import { basename } from 'node:path';

import { CliError, type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { readBytes } from '../local.files.js';
import { escapeLine } from '../output/escape.js';
import { readOverride } from '../override.options.js';
import { type PackageUpload, upload } from '../package.upload.js';
import { bundlePathOf, findSignatures, type SignaturesOptions } from '../signature.files.js';

export interface PushOptions extends SignaturesOptions {
  readonly plainHttp?: boolean;
  readonly overrideReason?: string;
  readonly overrideHours?: string;
}

/** Registers a signed package: a file, or what lies in an OCI registry. */
export async function push(context: CommandContext, source: string, options: PushOptions): Promise<ExitCode> {
  const override = readOverride(options.overrideReason, options.overrideHours);
  // Only `oci://` is looked at here, so that the client of registries is not loaded for a file.
  const wanted = source.startsWith('oci://')
    ? await fromRegistry(context, source, options)
    : await fromFile(context, source, options);
  await upload(context, wanted, override);
  return exitCodes.ok;
}

async function fromFile(
  { output }: CommandContext,
  file: string,
  { plainHttp, ...options }: PushOptions,
): Promise<PackageUpload> {
  if (plainHttp !== undefined) throw new CliError('CLI.USAGE', '--plain-http is about a registry, and this is a file');
  const bytes = await readBytes(file);
  const signatures = await findSignatures(file, options);
  for (const { path } of signatures) output.progress(`Signature: ${escapeLine(path)}`);
  return { fileName: basename(file), bytes, signatures };
}

/** The bytes never touch the disk. */
async function fromRegistry(context: CommandContext, source: string, options: PushOptions): Promise<PackageUpload> {
  if (options.bundle !== undefined || options.signature !== undefined) {
    throw new CliError('CLI.USAGE', 'the signatures come out of the registry; leave --bundle and --signature out');
  }
  const { pull } = await import('../oci/pull.js');
  const { fileNameOf } = await import('../oci/manifest.js');
  const pulled = await pull(context, source, options.plainHttp);
  if (pulled.bundles.length === 0) {
    throw new CliError('CLI.REFUSED', `${source} has no signature in its registry`, {
      hints: [
        'Sign the file and push both: `atomctl sign FILE --key cosign.key`, then `atomctl oci push FILE REFERENCE`.',
      ],
    });
  }
  const fileName = fileNameOf(pulled.file);
  const signatures = pulled.bundles.map(({ bytes }, at) => ({
    kind: 'bundle' as const,
    path: bundlePathOf(fileName, at + 1),
    text: bytes.toString('utf8'),
  }));
  context.output.progress(
    `Pulled ${pulled.file.digest}, ${signatures.length === 1 ? '1 signature' : `${signatures.length} signatures`}.`,
  );
  return { fileName, bytes: pulled.bytes, signatures };
}
