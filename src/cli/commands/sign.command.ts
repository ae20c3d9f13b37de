import { openPrivateKey, sha256, signBytes, toBareSignature, toBundle } from '../../wpk/index.js';
import { CliError, type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { readBytes, readText, writeBytes } from '../local.files.js';
import { escapeLine } from '../output/escape.js';
import { renderFields } from '../output/table.js';
import { existingPassword } from '../password.prompt.js';
import { bundlePathOf } from '../signature.files.js';

export interface SignOptions {
  readonly key: string;
  readonly bundle?: string;
  readonly signature?: string;
}

/** Signs the bytes of a file, whatever they are. An older signature of the same name is replaced: signing anew is usual. */
export async function sign(context: CommandContext, file: string, options: SignOptions): Promise<ExitCode> {
  if (options.bundle !== undefined && options.signature !== undefined) {
    throw new CliError('CLI.USAGE', '--bundle and --signature exclude each other');
  }
  const bytes = await readBytes(file);
  const key = openPrivateKey(await readText(options.key), await existingPassword(context.env));
  const digest = sha256(bytes);
  const signature = signBytes(bytes, key);
  const kind = options.signature === undefined ? 'bundle' : 'signature';
  const path = options.signature ?? options.bundle ?? bundlePathOf(file);
  const text = kind === 'bundle' ? toBundle(digest, signature, key.id) : toBareSignature(signature);
  await writeBytes(path, text, { overwrite: true });
  const value = { file, digest: `sha256:${digest.toString('hex')}`, keyId: key.id, [kind]: path };
  await context.output.result(value, () =>
    renderFields([
      ['file', escapeLine(file)],
      ['digest', value.digest],
      ['key', key.id],
      [kind, escapeLine(path)],
    ]),
  );
  return exitCodes.ok;
}
