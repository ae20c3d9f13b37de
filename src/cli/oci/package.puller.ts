import { type PackageFile, readPackage } from '../../wpk/index.js';
import { CliError } from '../cli.errors.js';
import type { Descriptor, Digest } from './descriptor.js';
import { OCI_LIMITS } from './limits.js';
import { createdOf, type Manifest, readManifest, titleOf } from './manifest.js';
import { EMPTY_TYPE, isBundleType, isPackageArtifact, isPackageMediaType, MANIFEST_TYPE } from './media.types.js';
import { listReferrers, signaturesAmong } from './referrers.js';
import type { RegistryClient, StoredManifest } from './registry.client.js';
import { brokenAnswer } from './registry.failure.js';

/** A bundle as it came: it belongs to the package's manifest, and nobody has verified it. */
export interface PulledBundle {
  /** Digest of the manifest that carries it. */
  readonly manifest: Digest;
  readonly bytes: Buffer;
  readonly created: string;
}

export interface PulledPackage {
  readonly manifest: Digest;
  readonly bytes: Buffer;
  readonly file: PackageFile;
  /** The file name that the one who pushed it gave. */
  readonly title: string | undefined;
  /** Oldest first, each once. */
  readonly bundles: readonly PulledBundle[];
}

/** Reads package and signatures into memory: manifest digest → digest and size of the layer → bytes. Writes nothing. */
export async function pullPackage(client: RegistryClient, reference: string): Promise<PulledPackage> {
  const stored = await client.manifest(reference);
  if (!stored) {
    const hints = ['Check the repository and the tag; a registry may also hide what the credentials may not see.'];
    throw brokenAnswer(client.host, `there is no ${reference} in this repository`, hints);
  }
  const layer = packageLayer(client, stored, reference);
  const bytes = await client.blob(layer);
  const file = await readPackage(bytes);
  if (file.mediaType !== layer.mediaType) {
    throw brokenAnswer(client.host, `the package is ${file.mediaType}, and its manifest says ${layer.mediaType}`);
  }
  const bundles = await pullBundles(client, stored.digest);
  return { manifest: stored.digest, bytes, file, title: titleOf(layer), bundles };
}

function packageLayer(client: RegistryClient, stored: StoredManifest, reference: string): Descriptor {
  const refuse = (reason: string): CliError =>
    brokenAnswer(client.host, `${reference} is no workflow package: ${reason}`);
  if (stored.mediaType !== MANIFEST_TYPE) throw refuse(`it is of another kind (${stored.mediaType.slice(0, 100)})`);
  const manifest = readManifest(stored.bytes);
  if (typeof manifest === 'string') throw refuse(manifest);
  if (!isPackageArtifact(manifest.artifactType)) {
    throw refuse(`its artifact type is ${manifest.artifactType?.slice(0, 100) ?? 'not named'}`);
  }
  const [layer, second] = manifest.layers;
  if (!layer || second) throw refuse(`it has ${manifest.layers.length} layers in place of one`);
  if (!isPackageMediaType(layer.mediaType)) throw refuse(`its layer is ${layer.mediaType.slice(0, 100)}`);
  if (layer.size > OCI_LIMITS.packageBytes) {
    throw refuse(`it has ${layer.size} bytes, and a package has at most ${OCI_LIMITS.packageBytes}`);
  }
  return layer;
}

async function pullBundles(client: RegistryClient, subject: Digest): Promise<readonly PulledBundle[]> {
  const bundles = new Map<Digest, PulledBundle>();
  for (const descriptor of signaturesAmong(client, await listReferrers(client, subject))) {
    const found = await bundleLayer(client, descriptor, subject);
    if (!found || bundles.has(found.layer.digest)) continue;
    const bytes = await client.blob(found.layer);
    bundles.set(found.layer.digest, { manifest: descriptor.digest, bytes, created: createdOf(found.manifest) });
  }
  // Registries list in any order; the names of the files that are written must not depend on it.
  const entries = [...bundles].sort(
    ([one, { created: a }], [other, { created: b }]) => compare(a, b) || compare(one, other),
  );
  return entries.map(([, bundle]) => bundle);
}

/** Undefined when it refers to the package and is no signature. */
async function bundleLayer(
  client: RegistryClient,
  { digest, size, artifactType }: Descriptor,
  subject: Digest,
): Promise<{ layer: Descriptor; manifest: Manifest } | undefined> {
  const refuse = (reason: string): CliError =>
    brokenAnswer(client.host, `the signature ${digest} is refused: ${reason}`);
  const stored = await client.manifest(digest);
  if (!stored) throw refuse('it is listed and not there');
  const manifest = readManifest(stored.bytes);
  const isListedAsBundle = artifactType !== undefined && artifactType !== EMPTY_TYPE;
  if (typeof manifest === 'string') {
    if (!isListedAsBundle) return undefined;
    throw refuse(manifest);
  }
  const [layer, second] = manifest.layers;
  if (!isListedAsBundle && !isBundleType(manifest.artifactType)) return undefined;
  if (stored.size !== size) throw refuse(`its manifest should be ${size} bytes long and is ${stored.size}`);
  if (manifest.subject?.digest !== subject) throw refuse('it belongs to another content than it is listed for');
  if (!layer || second || !isBundleType(layer.mediaType)) throw refuse('it does not hold exactly one Sigstore bundle');
  if (layer.size > OCI_LIMITS.bundleBytes) {
    throw refuse(`its bundle has ${layer.size} bytes, and at most ${OCI_LIMITS.bundleBytes} are read`);
  }
  return { layer, manifest };
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
