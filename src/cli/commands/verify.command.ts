import { loadPublicKeys, SignatureError, signerId, type VerifiedSignature, verifySignature } from '../../wpk/index.js';
import { type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { readBytes, readText } from '../local.files.js';
import { escapeLine } from '../output/escape.js';
import { renderFields } from '../output/table.js';
import { findSignature, type SignatureFile, type SignatureOptions } from '../signature.files.js';

export interface VerifyOptions extends SignatureOptions {
  readonly key: string;
}

/** Succeeds only when one of the keys signed exactly these bytes. Machines are told of a refusal in the same document. */
export async function verify(context: CommandContext, file: string, options: VerifyOptions): Promise<ExitCode> {
  const { output } = context;
  const bytes = await readBytes(file);
  const keys = loadPublicKeys(await readText(options.key));
  const signature = await findSignature(file, options);
  try {
    const verified = verifySignature(bytes, signature, { keys });
    await output.result(documentOf(file, signature, verified), () => view(file, signature, verified));
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof SignatureError) || output.format === 'table') throw error;
    const { code, message } = error;
    await output.result(
      { verified: false, file, [signature.kind]: signature.path, code, detail: message },
      () => message,
    );
    return exitCodes.failed;
  }
}

function documentOf(
  file: string,
  { kind, path }: SignatureFile,
  { digest, signer, claims }: VerifiedSignature,
): unknown {
  return { verified: true, file, digest, keyId: signerId(signer), [kind]: path, ...(claims && { claims }) };
}

function view(file: string, { kind, path }: SignatureFile, { digest, signer, claims }: VerifiedSignature): string {
  return renderFields([
    ['verified', escapeLine(file)],
    ['digest', digest],
    ['states', claims && escapeLine(`${claims.name}@${claims.version}`)],
    ['key', signerId(signer)],
    [kind, escapeLine(path)],
  ]);
}
