import { basename } from 'node:path';

import type { WorkflowVersion } from '../api.types.js';
import { type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { readBytes } from '../local.files.js';
import { escapeLine } from '../output/escape.js';
import { findSignature, type SignatureFile, type SignatureOptions } from '../signature.files.js';
import { versionView } from '../workflow.view.js';

const created = 201;

/** Registers a signed package. The bytes go as they are: whatever is wrong with them, the server says it. */
export async function push(context: CommandContext, file: string, options: SignatureOptions): Promise<ExitCode> {
  const { output } = context;
  const bytes = await readBytes(file);
  const signature = await findSignature(file, options);
  output.progress(`Signature: ${escapeLine(signature.path)}`);
  const form = uploadForm(file, bytes, signature);
  const { status, body } = await context.api().send<WorkflowVersion>('/v1/workflows', { method: 'POST', form });
  await output.result(body, () => versionView(body, output.paint));
  output.progress(status === created ? 'Registered.' : 'Registered before with the same bytes; nothing changed.');
  return exitCodes.ok;
}

function uploadForm(file: string, bytes: Buffer, { kind, path, text }: SignatureFile): FormData {
  const form = new FormData();
  const isArchive = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const packageType = isArchive ? 'application/gzip' : 'application/yaml';
  form.append('package', new Blob([new Uint8Array(bytes)], { type: packageType }), basename(file));
  const signatureType = kind === 'bundle' ? 'application/json' : 'text/plain';
  form.append(kind, new Blob([text], { type: signatureType }), basename(path));
  return form;
}
