import {
  explainSignature,
  type SignatureCheck,
  type SignatureError,
  type Signer,
  type VerifiedSignature,
} from '../../wpk/index.js';
import { type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { readBytes } from '../local.files.js';
import { escapeLine } from '../output/escape.js';
import { renderFields, renderTable } from '../output/table.js';
import { findSignature, type SignatureFile, type SignatureOptions } from '../signature.files.js';
import { readTrust, type TrustOptions } from '../trust.options.js';

export interface VerifyOptions extends SignatureOptions, TrustOptions {
  readonly explain?: boolean;
}

/** Succeeds only when whom the person trusts signed exactly these bytes. Machines are told of a refusal in the same document. */
export async function verify(context: CommandContext, file: string, options: VerifyOptions): Promise<ExitCode> {
  const { output } = context;
  const trust = await readTrust(options);
  const bytes = await readBytes(file);
  const signature = await findSignature(file, options);
  const explained = explainSignature(bytes, signature, trust);
  const checks = options.explain === true ? explained.checks : undefined;
  if ('verified' in explained) {
    const { verified } = explained;
    await output.result(documentOf(file, signature, verified, checks), () => view(file, signature, verified, checks));
    return exitCodes.ok;
  }
  const { refusal } = explained;
  if (output.format === 'table') {
    if (checks) output.print(renderChecks(checks));
    throw refusal;
  }
  await output.result(refusalOf(file, signature, refusal, checks), () => refusal.message);
  return exitCodes.failed;
}

type Checks = readonly SignatureCheck[] | undefined;

function documentOf(file: string, { kind, path }: SignatureFile, verified: VerifiedSignature, checks: Checks): unknown {
  const { digest, signer, isLogged, signedAt, claims } = verified;
  return {
    ...{ verified: true, file, digest, signer, isLogged },
    ...(signedAt && { signedAt: signedAt.toISOString() }),
    [kind]: path,
    ...(claims && { claims }),
    ...(checks && { checks }),
  };
}

function refusalOf(file: string, { kind, path }: SignatureFile, refusal: SignatureError, checks: Checks): unknown {
  const { code, message } = refusal;
  return { verified: false, file, [kind]: path, code, detail: message, ...(checks && { checks }) };
}

function view(file: string, { kind, path }: SignatureFile, verified: VerifiedSignature, checks: Checks): string {
  const { digest, signer, isLogged, signedAt, claims } = verified;
  const fields = renderFields([
    ['verified', escapeLine(file)],
    ['digest', digest],
    ['states', claims && escapeLine(`${claims.name}@${claims.version}`)],
    ['signer', escapeLine(nameOf(signer))],
    ['logged', isLogged ? 'yes' : 'no'],
    ['signed at', signedAt ? signedAt.toISOString() : 'not proven'],
    [kind, escapeLine(path)],
  ]);
  return checks ? `${renderChecks(checks)}\n\n${fields}` : fields;
}

function nameOf(signer: Signer): string {
  return signer.kind === 'key' ? `key ${signer.keyId}` : `${signer.subject} (issuer ${signer.issuer})`;
}

function renderChecks(checks: readonly SignatureCheck[]): string {
  return renderTable<SignatureCheck>(
    [
      { title: 'CHECK', value: ({ name }) => name },
      { title: 'RESULT', value: ({ result }) => result },
      { title: 'DETAIL', value: ({ detail }) => detail },
    ],
    checks,
  );
}
