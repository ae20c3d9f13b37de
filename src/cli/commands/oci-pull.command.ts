import { type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { readText } from '../local.files.js';
import type { PulledPackage } from '../oci/package.puller.js';
import { pull } from '../oci/pull.js';
import { filesOf, safeName, writeFiles } from '../oci/pulled.files.js';
import { type SignedBundle, verifyPulled } from '../oci/pulled.signers.js';
import { escapeLine } from '../output/escape.js';
import { renderFields } from '../output/table.js';

export interface OciPullOptions {
  readonly out: string;
  readonly key?: string;
  readonly plainHttp?: boolean;
}

/** Writes a package and its bundles into a folder. Everything is checked before the first byte is written. */
export async function ociPull(context: CommandContext, source: string, options: OciPullOptions): Promise<ExitCode> {
  const { output } = context;
  // A key file that cannot be read is found before anything is fetched.
  const publicKeys = options.key === undefined ? undefined : await readText(options.key);
  const pulled = await pull(context, source, options.plainHttp);
  const bundles =
    publicKeys === undefined
      ? pulled.bundles.map((bundle) => ({ ...bundle, keyId: undefined }))
      : verifyPulled(pulled, publicKeys);
  warn(context, pulled, publicKeys !== undefined);
  const files = filesOf(options.out, pulled, bundles);
  await writeFiles(options.out, files);
  const [file = '', ...paths] = files.map(({ path }) => path);
  const { name, version } = pulled.file.package.metadata;
  const value = {
    file,
    name,
    version,
    digest: pulled.file.digest,
    manifest: pulled.manifest,
    verified: publicKeys !== undefined,
    bundles: bundles.map((bundle, at) => bundleValue(bundle, paths[at] ?? '')),
  };
  await output.result(value, () =>
    renderFields([
      ['file', escapeLine(file)],
      ['workflow', `${name}@${version}`],
      ['digest', value.digest],
      ['manifest', value.manifest],
      ...bundles.map((bundle, at) => ['bundle', bundleLine(bundle, paths[at] ?? '')] as const),
    ]),
  );
  return exitCodes.ok;
}

function warn({ output }: CommandContext, pulled: PulledPackage, isVerified: boolean): void {
  if (pulled.title !== undefined && safeName(pulled) === undefined) {
    output.warn(`the registry calls the file '${pulled.title}', which is no safe name for a package; it is not used`);
  }
  if (pulled.bundles.length === 0) output.warn('the package has no signature in this registry');
  else if (!isVerified) output.progress('No signature was verified; --key does that before anything is written.');
}

function bundleValue({ manifest, keyId }: SignedBundle, path: string): object {
  return { path, manifest, keyId: keyId ?? null };
}

function bundleLine({ keyId }: SignedBundle, path: string): string {
  return `${escapeLine(path)}${keyId === undefined ? '' : ` (verified, key ${keyId})`}`;
}
