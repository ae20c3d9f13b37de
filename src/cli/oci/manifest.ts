import { type PackageFile, readJson } from '../../wpk/index.js';
import { describe, type Descriptor, isObject, readAnnotations, readDescriptor } from './descriptor.js';
import { OCI_LIMITS } from './limits.js';
import { artifactTypes, BUNDLE_TYPE, EMPTY_TYPE, MANIFEST_TYPE } from './media.types.js';
import type { SignatureBundle } from './signature.bundle.js';

/** The config of an artifact that has none (image-spec 1.1, "Guidance for an Empty Descriptor"). */
export const emptyConfig = Buffer.from('{}');

const title = 'org.opencontainers.image.title';
const created = 'org.opencontainers.image.created';

/** The parts of an image manifest that matter here. */
export interface Manifest {
  readonly artifactType: string | undefined;
  readonly layers: readonly Descriptor[];
  readonly subject: Descriptor | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Nothing but the package goes in, so the same bytes have the same manifest digest everywhere: no time, no file name. */
export function packageManifest(file: PackageFile, bytes: Uint8Array): Buffer {
  const { name, version, description } = file.package.metadata;
  return toBytes({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    artifactType: artifactTypes[file.mediaType],
    config: describe(EMPTY_TYPE, emptyConfig),
    layers: [{ ...describe(file.mediaType, bytes), annotations: { [title]: fileNameOf(file) } }],
    annotations: {
      [title]: name,
      'org.opencontainers.image.version': version,
      ...(description !== undefined && { 'org.opencontainers.image.description': description }),
    },
  });
}

/** As cosign attaches a bundle (cosign specs/BUNDLE_SPEC.md). */
export function signatureManifest(subject: Descriptor, bundle: SignatureBundle, at: Date): Buffer {
  const { mediaType, digest, size } = subject;
  return toBytes({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    artifactType: BUNDLE_TYPE,
    config: describe(EMPTY_TYPE, emptyConfig),
    layers: [describe(BUNDLE_TYPE, bundle.bytes)],
    subject: { mediaType, digest, size },
    annotations: annotationsOf(bundle, at),
  });
}

export function annotationsOf({ content, predicateType }: SignatureBundle, at: Date): Record<string, string> {
  return {
    'dev.sigstore.bundle.content': content,
    ...(predicateType !== undefined && { 'dev.sigstore.bundle.predicateType': predicateType }),
    [created]: at.toISOString(),
  };
}

/** What a package is called as a file, when nobody says otherwise; `atomctl pack` uses the same name. */
export function fileNameOf({ mediaType, package: { metadata } }: PackageFile): string {
  return `${metadata.name}-${metadata.version}.wpk.${mediaType.endsWith('gzip') ? 'tgz' : 'yaml'}`;
}

export function titleOf({ annotations }: Descriptor): string | undefined {
  return annotations?.[title];
}

export function createdOf({ annotations }: Pick<Manifest, 'annotations'>): string {
  return annotations[created] ?? '';
}

/** An image manifest, or in words why the bytes are none. Duplicate members are refused, so that all readers see the same. */
export function readManifest(bytes: Uint8Array): Manifest | string {
  const value = readObject(bytes);
  if (typeof value === 'string') return value;
  const { schemaVersion, mediaType = MANIFEST_TYPE, artifactType, layers, subject, annotations } = value;
  if (mediaType !== MANIFEST_TYPE) return `it is of another kind (${String(mediaType).slice(0, 100)})`;
  if (schemaVersion !== 2 || !Array.isArray(layers)) return 'it is no image manifest';
  const read = (layers as readonly unknown[]).map(readDescriptor);
  const known = read.filter((layer) => layer !== undefined);
  const reference = subject === undefined ? undefined : readDescriptor(subject);
  if (known.length < read.length || (subject !== undefined && !reference)) return 'one of its descriptors is malformed';
  return {
    artifactType: typeof artifactType === 'string' ? artifactType : undefined,
    layers: known,
    subject: reference,
    annotations: readAnnotations(annotations),
  };
}

/** The JSON object in the bytes, or in words why there is none. */
export function readObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | string {
  try {
    const { value } = readJson(bytes, OCI_LIMITS.manifestBytes);
    return isObject(value) ? value : 'it is no JSON object';
  } catch (cause) {
    return cause instanceof Error ? cause.message : 'it cannot be read';
  }
}

function toBytes(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}
