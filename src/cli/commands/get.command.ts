import { readPackage, sha256 } from '../../wpk/index.js';
import type { PackageSignature, WorkflowVersion } from '../api.types.js';
import { CliError, type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { writeBytes } from '../local.files.js';
import { escapeLine, escapeText } from '../output/escape.js';
import { barePathOf, bundlePathOf } from '../signature.files.js';
import { parseReference, resolveVersion, versionPath } from '../workflow.reference.js';
import { versionDetails } from '../workflow.view.js';

export interface GetOptions {
  /** File to write the bytes to. */
  readonly package?: string;
  readonly signatures?: boolean;
  readonly readme?: boolean;
  readonly force?: boolean;
}

/** What is known of a version; its bytes and signatures into files; or its README. */
export async function get(context: CommandContext, reference: string, options: GetOptions): Promise<ExitCode> {
  if (options.signatures && options.package === undefined) {
    throw new CliError('CLI.USAGE', '--signatures writes beside the file of --package; name it too');
  }
  const path = versionPath(await resolveVersion(context, parseReference(reference)));
  const [version, { items: signatures }] = await Promise.all([
    context.api().get<WorkflowVersion>(path),
    context.api().get<{ readonly items: readonly PackageSignature[] }>(`${path}/signatures`),
  ]);
  const bytes = options.package !== undefined || options.readme ? await download(context, path, version) : undefined;
  if (bytes && options.package !== undefined) {
    await writeFiles(context, options.package, bytes, options.signatures ? signatures : [], options.force === true);
  }
  if (bytes && options.readme) await showReadme(context, version, bytes);
  else await showVersion(context, version, signatures);
  return exitCodes.ok;
}

async function showVersion(
  { output }: CommandContext,
  version: WorkflowVersion,
  signatures: readonly PackageSignature[],
): Promise<void> {
  const shown = signatures.map(({ kind, signer, storedAt, signedAt = null, logged = false, attested = false }) => ({
    ...{ kind, signer, storedAt, signedAt, logged, attested },
  }));
  await output.result({ ...version, signatures: shown }, () => versionDetails(version, signatures, output.paint));
}

async function showReadme({ output }: CommandContext, version: WorkflowVersion, bytes: Buffer): Promise<void> {
  const { readme = null } = await readPackage(bytes);
  await output.result({ name: version.name, version: version.version, readme }, () =>
    escapeText(readme?.trimEnd() ?? ''),
  );
  if (readme === null) output.progress('The package holds no README.md.');
}

/** Only bytes that are those of the digest leave this function, whatever lies between here and the server. */
async function download(context: CommandContext, path: string, { digest }: WorkflowVersion): Promise<Buffer> {
  const bytes = await context.api().download(`${path}/package`);
  const found = `sha256:${sha256(bytes).toString('hex')}`;
  if (found === digest) return bytes;
  const hints = ['Try again; when it stays so, the stored package was changed: `atomctl explain NAME@VERSION`.'];
  throw new CliError(
    'CLI.REFUSED',
    `the bytes that came have the digest ${found}, not ${digest}; nothing was written`,
    {
      hints,
    },
  );
}

async function writeFiles(
  { output }: CommandContext,
  file: string,
  bytes: Buffer,
  signatures: readonly PackageSignature[],
  overwrite: boolean,
): Promise<void> {
  const counts = { bundle: 0, signature: 0 };
  const beside = signatures.flatMap(({ bundle, signature }) => {
    if (bundle !== undefined) return [[bundlePathOf(file, ++counts.bundle), bundle] as const];
    return signature === undefined ? [] : [[barePathOf(file, ++counts.signature), signature] as const];
  });
  for (const [path, content] of [[file, bytes] as const, ...beside]) {
    await writeBytes(path, content, { overwrite });
    output.progress(`Wrote ${escapeLine(path)}`);
  }
}
