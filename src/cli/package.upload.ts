import { basename } from 'node:path';

import type { WorkflowVersion } from './api.types.js';
import type { CommandContext } from './context.js';
import type { NewOverride } from './override.options.js';
import type { SignatureFile } from './signature.files.js';
import { versionView } from './workflow.view.js';

/** A package with all its signatures, wherever it came from. */
export interface PackageUpload {
  readonly fileName: string;
  readonly bytes: Buffer;
  readonly signatures: readonly SignatureFile[];
}

const created = 201;

/** Registers a signed package and shows the version. The bytes go as they are: whatever is wrong with them, the server says it. */
export async function upload(context: CommandContext, wanted: PackageUpload, override?: NewOverride): Promise<void> {
  const { output } = context;
  const form = uploadForm(wanted);
  const query = { overrideReason: override?.reason, overrideHours: override?.hours };
  const { status, body } = await context.api().send<WorkflowVersion>('/v1/workflows', { method: 'POST', form, query });
  await output.result(body, () => versionView(body, output.paint));
  if (override && !body.override) {
    const reference = `${body.name}@${body.version}`;
    output.warn(`no override is in force: the version was there already. \`atomctl override ${reference}\` sets one.`);
  }
  output.progress(
    status === created
      ? 'Registered.'
      : 'Registered before with the same bytes; nothing changed, but signatures that are new were added.',
  );
}

export function uploadForm({ fileName, bytes, signatures }: PackageUpload): FormData {
  const form = new FormData();
  const isArchive = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const packageType = isArchive ? 'application/gzip' : 'application/yaml';
  form.append('package', new Blob([new Uint8Array(bytes)], { type: packageType }), fileName);
  for (const { kind, path, text } of signatures) {
    const signatureType = kind === 'bundle' ? 'application/json' : 'text/plain';
    form.append(kind, new Blob([text], { type: signatureType }), basename(path));
  }
  return form;
}
