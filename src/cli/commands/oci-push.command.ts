import { type PackageFile, readPackage } from '../../wpk/index.js';
import { CliError, type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { readBytes, readBytesIfPresent } from '../local.files.js';
import { connect } from '../oci/connect.js';
import { OCI_LIMITS } from '../oci/limits.js';
import { type PushedPackage, pushPackage } from '../oci/package.pusher.js';
import { parseReference, referenceText, tagOf } from '../oci/reference.js';
import { bareSignatureRefused, isBareSignature, readBundle, type SignatureBundle } from '../oci/signature.bundle.js';
import { escapeLine } from '../output/escape.js';
import { renderFields } from '../output/table.js';
import { bundlePathOf } from '../signature.files.js';

export interface OciPushOptions {
  readonly bundle?: readonly string[];
  readonly force?: true;
  readonly plainHttp?: boolean;
}

/** Stores a package in an OCI registry as an artifact, and each of its bundles as a referrer of it. */
export async function ociPush(
  context: CommandContext,
  path: string,
  target: string,
  options: OciPushOptions,
): Promise<ExitCode> {
  const { output } = context;
  const reference = parseReference(target);
  if (reference.digest !== undefined) {
    throw new CliError('CLI.USAGE', 'a digest follows from the package; name a tag, or none for that of the version');
  }
  const bytes = await readBytes(path);
  const file = await readPackage(bytes);
  const bundles = await findBundles(path, file, options.bundle ?? []);
  const tag = reference.tag ?? tagOf(file.package.metadata.version);
  const place = { ...reference, tag };
  const client = connect(context, place, options.plainHttp);
  output.progress(`Pushing ${escapeLine(referenceText(place))}`);
  const pushed = await pushPackage(client, { file, bytes, bundles, tag, force: options.force === true });
  await report(context, referenceText(place), file, pushed);
  return exitCodes.ok;
}

/** Those that were named, else those beside the file, as `sign` and `oci pull` leave them. */
async function findBundles(
  path: string,
  { digest }: PackageFile,
  named: readonly string[],
): Promise<readonly SignatureBundle[]> {
  const bundles: SignatureBundle[] = [];
  const add = (bundlePath: string, bytes: Buffer): void => {
    if (isBareSignature(bytes)) throw bareSignatureRefused(bundlePath, path);
    bundles.push(readBundle(bundlePath, bytes, digest));
  };
  for (const bundlePath of named) add(bundlePath, await readBytes(bundlePath));
  for (let number = 1; named.length === 0 && number <= OCI_LIMITS.signatures; number += 1) {
    const bytes = await readBytesIfPresent(bundlePathOf(path, number));
    if (!bytes) break;
    add(bundlePathOf(path, number), bytes);
  }
  if (bundles.length > OCI_LIMITS.signatures) {
    throw new CliError('CLI.USAGE', `at most ${OCI_LIMITS.signatures} bundles can be pushed`);
  }
  if (bundles.length > 0) return bundles;
  if (await readBytesIfPresent(`${path}.sig`)) throw bareSignatureRefused(`${path}.sig`, path);
  throw new CliError('CLI.FILE', `${path} has no bundle beside it`, {
    hints: [
      `Looked for ${bundlePathOf(path)}.`,
      `Sign it with \`atomctl sign ${path} --key cosign.key\`, or name the bundle with --bundle.`,
    ],
  });
}

async function report(
  { output }: CommandContext,
  reference: string,
  { digest, package: { metadata } }: PackageFile,
  { manifest, isNew, keptBy, signatures }: PushedPackage,
): Promise<void> {
  const { name, version } = metadata;
  const value = {
    reference,
    name,
    version,
    digest,
    manifest,
    isNew,
    referrers: keptBy,
    signatures: signatures.map(({ bundle, manifest: digestOfManifest, isNew: wasAttached }) => ({
      path: bundle.path,
      manifest: digestOfManifest,
      isNew: wasAttached,
    })),
  };
  await output.result(value, () =>
    renderFields([
      ['reference', escapeLine(reference)],
      ['workflow', `${name}@${version}`],
      ['digest', digest],
      ['manifest', manifest],
      ...signatures.map(({ bundle }) => ['bundle', escapeLine(bundle.path)] as const),
    ]),
  );
  const isChanged = isNew || signatures.some((signature) => signature.isNew);
  output.progress(isChanged ? 'Pushed.' : 'Pushed before; nothing changed.');
}
