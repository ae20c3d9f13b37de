import { loadPublicKeys, verifySignature } from '../../wpk/index.js';
import { type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { readBytes, readText } from '../local.files.js';
import { escapeLine } from '../output/escape.js';
import { renderFields } from '../output/table.js';
import { findSignature, type SignatureOptions } from '../signature.files.js';

export interface VerifyOptions extends SignatureOptions {
  readonly key: string;
}

/** Succeeds only when one of the keys signed exactly these bytes. */
export async function verify(context: CommandContext, file: string, options: VerifyOptions): Promise<ExitCode> {
  const bytes = await readBytes(file);
  const keys = loadPublicKeys(await readText(options.key));
  const { kind, path, text } = await findSignature(file, options);
  const { keyId, digest, claims } = verifySignature(bytes, { kind, text }, { keys });
  const value = { verified: true, file, digest, keyId, [kind]: path, ...(claims && { claims }) };
  await context.output.result(value, () =>
    renderFields([
      ['verified', escapeLine(file)],
      ['digest', digest],
      ['states', claims && escapeLine(`${claims.name}@${claims.version}`)],
      ['key', keyId],
      [kind, escapeLine(path)],
    ]),
  );
  return exitCodes.ok;
}
