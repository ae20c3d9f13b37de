import { basename } from 'node:path';

import { type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { readBytes } from '../local.files.js';
import { escapeLine } from '../output/escape.js';
import { upload } from '../package.upload.js';
import { findSignatures, type SignaturesOptions } from '../signature.files.js';

/** Registers a signed package. */
export async function push(context: CommandContext, file: string, options: SignaturesOptions): Promise<ExitCode> {
  const bytes = await readBytes(file);
  const signatures = await findSignatures(file, options);
  for (const { path } of signatures) context.output.progress(`Signature: ${escapeLine(path)}`);
  await upload(context, { fileName: basename(file), bytes, signatures });
  return exitCodes.ok;
}
