import type { PackageFile } from '../../wpk/index.js';
import { CliError } from '../cli.errors.js';
import { describe, type Descriptor, type Digest, digestOf } from './descriptor.js';
import { annotationsOf, emptyConfig, packageManifest, readManifest, signatureManifest } from './manifest.js';
import { BUNDLE_TYPE, MANIFEST_TYPE } from './media.types.js';
import { addToReferrersTag, listReferrers, type Referrers, signaturesAmong } from './referrers.js';
import type { RegistryClient } from './registry.client.js';
import { brokenAnswer } from './registry.failure.js';
import type { SignatureBundle } from './signature.bundle.js';

export interface PackageToPush {
  readonly file: PackageFile;
  readonly bytes: Buffer;
  readonly bundles: readonly SignatureBundle[];
  readonly tag: string;
  /** Whether the tag may be taken from another package. */
  readonly force: boolean;
}

export interface PushedSignature {
  readonly bundle: SignatureBundle;
  /** Digest of its manifest. */
  readonly manifest: Digest;
  /** False when it was there before. */
  readonly isNew: boolean;
}

export interface PushedPackage {
  /** Digest of its manifest. */
  readonly manifest: Digest;
  readonly isNew: boolean;
  readonly keptBy: Referrers['keptBy'];
  readonly signatures: readonly PushedSignature[];
}

/** Stores package and signatures. What is there already is left alone, so it may be repeated after any failure. */
export async function pushPackage(client: RegistryClient, wanted: PackageToPush): Promise<PushedPackage> {
  const bytes = packageManifest(wanted.file, wanted.bytes);
  const subject = describe(MANIFEST_TYPE, bytes);
  const isNew = await isTagFree(client, wanted, subject.digest);
  if (isNew) {
    await client.putBlob(wanted.bytes);
    await client.putBlob(emptyConfig);
    await client.putManifest({ reference: wanted.tag, mediaType: MANIFEST_TYPE, bytes });
  }
  const referrers = await listReferrers(client, subject.digest);
  const attached = await attachedBundles(client, referrers, subject.digest);
  const signatures: PushedSignature[] = [];
  for (const bundle of wanted.bundles) {
    const known = attached.get(digestOf(bundle.bytes));
    signatures.push(
      known ? { bundle, manifest: known, isNew: false } : await attach(client, referrers.keptBy, subject, bundle),
    );
  }
  return { manifest: subject.digest, isNew, keptBy: referrers.keptBy, signatures };
}

/** True: to be written. False: it names this package already. Otherwise refused, as a version never changes. */
async function isTagFree(client: RegistryClient, { tag, force }: PackageToPush, digest: Digest): Promise<boolean> {
  const present = await client.manifest(tag);
  if (!present) return true;
  if (present.digest === digest) return false;
  if (force) return true;
  throw new CliError('CLI.REFUSED', `the tag ${tag} names another content already (${present.digest})`, {
    hints: [
      'A version never changes: raise metadata.version, sign the package again and push it.',
      '--force lets the tag name this package from now on.',
    ],
  });
}

/** Manifests of the signatures that are there, by the digest of their bundle: each carries a time, so theirs would differ. */
async function attachedBundles(
  client: RegistryClient,
  referrers: Referrers,
  subject: Digest,
): Promise<ReadonlyMap<Digest, Digest>> {
  const attached = new Map<Digest, Digest>();
  for (const { digest } of signaturesAmong(client, referrers)) {
    const stored = await client.manifest(digest);
    const manifest = stored && readManifest(stored.bytes);
    if (!manifest || typeof manifest === 'string' || manifest.subject?.digest !== subject) continue;
    const [layer, second] = manifest.layers;
    if (layer?.mediaType === BUNDLE_TYPE && !second) attached.set(layer.digest, digest);
  }
  return attached;
}

async function attach(
  client: RegistryClient,
  keptBy: Referrers['keptBy'],
  subject: Descriptor,
  bundle: SignatureBundle,
): Promise<PushedSignature> {
  const at = new Date();
  const bytes = signatureManifest(subject, bundle, at);
  const descriptor = describe(MANIFEST_TYPE, bytes);
  await client.putBlob(bundle.bytes);
  await client.putBlob(emptyConfig);
  const outcome = await client.putManifest({ reference: descriptor.digest, mediaType: MANIFEST_TYPE, bytes });
  if (!outcome.isStored) throw brokenAnswer(client.host, 'it did not store the signature');
  // distribution-spec 1.1, "Pushing Manifests with Subject". Some registries say OCI-Subject and have no list: both count.
  if (keptBy === 'tag' || !outcome.keepsReferrers) {
    const entry = { ...descriptor, artifactType: BUNDLE_TYPE, annotations: annotationsOf(bundle, at) };
    await addToReferrersTag(client, subject.digest, entry);
  }
  return { bundle, manifest: descriptor.digest, isNew: true };
}
