import type { PackageSignature } from '../api.types.js';
import { type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { escapeLine } from '../output/escape.js';
import { renderFields } from '../output/table.js';
import { signerText } from '../signer.text.js';
import { parseVersionReference, versionPath } from '../workflow.reference.js';

/** Has the server sign the stored bytes with its own key, beside the signatures that are there. */
export async function resign(context: CommandContext, reference: string): Promise<ExitCode> {
  const { output } = context;
  const path = `${versionPath(parseVersionReference(reference))}/sign`;
  const { body } = await context.api().send<PackageSignature>(path, { method: 'POST', json: {} });
  await output.result(body, () =>
    renderFields([
      ['signer', escapeLine(signerText(body.signer))],
      ['kind', escapeLine(body.kind)],
      ['stored', escapeLine(body.storedAt)],
    ]),
  );
  output.progress(`It is kept beside the others; \`atomctl explain ${escapeLine(reference)}\` says whether it counts.`);
  return exitCodes.ok;
}
