import { type Descriptor, type Digest, readDescriptor } from './descriptor.js';
import { OCI_LIMITS } from './limits.js';
import { readObject } from './manifest.js';
import { EMPTY_TYPE, INDEX_TYPE, isBundleType } from './media.types.js';
import type { RegistryClient } from './registry.client.js';
import { brokenAnswer } from './registry.failure.js';

/** What refers to a manifest, and who keeps the list: the registry, or a tag that its clients write. */
export interface Referrers {
  readonly keptBy: 'registry' | 'tag';
  readonly descriptors: readonly Descriptor[];
}

const maxAttempts = 5;

/** All that refers to the manifest (distribution-spec 1.1, "Listing Referrers"), from the registry or from the tag. */
export async function listReferrers(client: RegistryClient, subject: Digest): Promise<Referrers> {
  const first = await client.referrers(subject);
  if (!first) {
    const { entries } = await readTag(client, subject);
    return { keptBy: 'tag', descriptors: descriptorsIn(entries) };
  }
  const descriptors: Descriptor[] = [];
  let page: typeof first | undefined = first;
  for (let count = 1; page; count += 1) {
    if (count > OCI_LIMITS.referrerPages) throw brokenAnswer(client.host, 'its list of referrers has too many pages');
    descriptors.push(...descriptorsIn(entriesOf(client, page.bytes).entries));
    page = page.next === undefined ? undefined : await client.referrers(subject, page.next);
  }
  return { keptBy: 'registry', descriptors };
}

/** Those that are signatures, or may be: registries of 1.1's release candidates list the type of the config in its place. */
export function signaturesAmong(client: RegistryClient, { descriptors }: Referrers): readonly Descriptor[] {
  const found = descriptors.filter(
    ({ artifactType }) => artifactType === undefined || artifactType === EMPTY_TYPE || isBundleType(artifactType),
  );
  if (found.length <= OCI_LIMITS.signatures) return found;
  throw brokenAnswer(
    client.host,
    `${found.length} signatures refer to the package; at most ${OCI_LIMITS.signatures} are read`,
  );
}

/**
 * Adds an entry to the tag that lists the referrers where the registry does not (distribution-spec 1.1, "Referrers Tag
 * Schema"). What others entered stays as it is, member for member. Two who write at once may still overwrite each other:
 * few registries look at If-Match, so the list is read again until the entry is in it.
 */
export async function addToReferrersTag(client: RegistryClient, subject: Digest, entry: Descriptor): Promise<void> {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const { entries, rest, etag } = await readTag(client, subject);
    if (entries.some((known) => readDescriptor(known)?.digest === entry.digest)) return;
    const index = { schemaVersion: 2, mediaType: INDEX_TYPE, ...rest, manifests: [...entries, entry] };
    const bytes = Buffer.from(JSON.stringify(index));
    await client.putManifest({ reference: tagOfReferrers(subject), mediaType: INDEX_TYPE, bytes, ifMatch: etag });
  }
  const { entries } = await readTag(client, subject);
  if (entries.some((known) => readDescriptor(known)?.digest === entry.digest)) return;
  throw brokenAnswer(client.host, `the tag ${tagOfReferrers(subject)} does not keep what is written to it`, [
    'Somebody else may be writing to it at the same time: push again.',
  ]);
}

function tagOfReferrers(subject: Digest): string {
  return subject.replace(':', '-');
}

interface Entries {
  readonly entries: readonly unknown[];
  /** The other members of the index. */
  readonly rest: Readonly<Record<string, unknown>>;
  readonly etag: string | undefined;
}

async function readTag(client: RegistryClient, subject: Digest): Promise<Entries> {
  const stored = await client.manifest(tagOfReferrers(subject));
  return stored
    ? { ...entriesOf(client, stored.bytes), etag: stored.etag }
    : { entries: [], rest: {}, etag: undefined };
}

function entriesOf(client: RegistryClient, bytes: Buffer): Omit<Entries, 'etag'> {
  const value = readObject(bytes);
  if (typeof value === 'string') throw brokenAnswer(client.host, `its list of referrers cannot be read: ${value}`);
  const { manifests, ...rest } = value;
  const entries = manifests ?? []; // a registry in Go writes an empty list as null
  if ((rest['mediaType'] ?? INDEX_TYPE) !== INDEX_TYPE || !Array.isArray(entries)) {
    throw brokenAnswer(client.host, 'its list of referrers is no image index');
  }
  return { entries: entries as readonly unknown[], rest };
}

/** An entry that is malformed, or of a digest that is not used here, is nobody's signature. */
function descriptorsIn(entries: readonly unknown[]): readonly Descriptor[] {
  return entries.map(readDescriptor).filter((descriptor) => descriptor !== undefined);
}
