import { basename } from 'node:path';

import type { Judgement } from '../api.trust.types.js';
import type { WorkflowVersion } from '../api.types.js';
import { CliError, type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { judgementView, objectionTo, type Standing } from '../judgement.view.js';
import { isFile, readBytes } from '../local.files.js';
import { escapeLine } from '../output/escape.js';
import { uploadForm } from '../package.upload.js';
import { findSignatures, signatureBeside, type SignatureFile, type SignaturesOptions } from '../signature.files.js';
import { parseReference, resolveVersion, versionPath } from '../workflow.reference.js';

/** Asks the server what it thinks of a file, or today of a registered version. Exit 1 when it would be refused. */
export async function explain(context: CommandContext, what: string, options: SignaturesOptions): Promise<ExitCode> {
  if (await isFile(what)) return explainFile(context, what, options);
  if (!/^[a-z0-9][a-z0-9-]*(@|$)/.test(what)) {
    throw new CliError('CLI.FILE', `there is no file ${what}, and it is no NAME@VERSION either`);
  }
  if (options.bundle !== undefined || options.signature !== undefined) {
    throw new CliError(
      'CLI.USAGE',
      `there is no file ${what}; of a registered version the stored signatures are looked at`,
    );
  }
  return explainVersion(context, what);
}

async function explainFile(context: CommandContext, file: string, options: SignaturesOptions): Promise<ExitCode> {
  const signatures = await signaturesOf(file, options);
  for (const { path } of signatures) context.output.progress(`Signature: ${escapeLine(path)}`);
  const form = uploadForm({ fileName: basename(file), bytes: await readBytes(file), signatures });
  const { body } = await context.api().send<Judgement>('/v1/trust/explain', { method: 'POST', form });
  return show(context, body);
}

/** No signature at all is something to be explained too. */
async function signaturesOf(file: string, options: SignaturesOptions): Promise<SignatureFile[]> {
  if (options.bundle !== undefined || options.signature !== undefined) return findSignatures(file, options);
  const beside = await signatureBeside(file);
  return beside ? [beside] : [];
}

async function explainVersion(context: CommandContext, reference: string): Promise<ExitCode> {
  const path = versionPath(await resolveVersion(context, parseReference(reference)));
  const [judgement, { state, stateReason, stateBy, stateAt, override }] = await Promise.all([
    context.api().get<Judgement>(`${path}/verification`),
    context.api().get<WorkflowVersion>(path),
  ]);
  return show(context, judgement, {
    ...(state !== undefined && { state }),
    ...{
      stateReason: stateReason ?? null,
      stateBy: stateBy ?? null,
      stateAt: stateAt ?? null,
      override: override ?? null,
    },
  });
}

async function show({ output }: CommandContext, judgement: Judgement, standing?: Standing): Promise<ExitCode> {
  await output.result({ ...judgement, ...standing }, () => judgementView(judgement, standing, output.paint));
  return objectionTo(judgement, standing) === undefined ? exitCodes.ok : exitCodes.failed;
}
