import { ARCHIVE_MEDIA_TYPE, YAML_MEDIA_TYPE } from '../../wpk/index.js';

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
export const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
export const EMPTY_TYPE = 'application/vnd.oci.empty.v1+json';
export const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

export type PackageMediaType = typeof ARCHIVE_MEDIA_TYPE | typeof YAML_MEDIA_TYPE;

/** Of the manifest; that of an archive is written otherwise than the media type of its layer. */
export const artifactTypes: Readonly<Record<PackageMediaType, string>> = {
  [ARCHIVE_MEDIA_TYPE]: 'application/vnd.atom.wpk.v1+tar.gzip',
  [YAML_MEDIA_TYPE]: YAML_MEDIA_TYPE,
};

export function isPackageMediaType(text: string): text is PackageMediaType {
  return text === ARCHIVE_MEDIA_TYPE || text === YAML_MEDIA_TYPE;
}

/** What this client and others call a package; the layer decides how it is read. */
export function isPackageArtifact(artifactType: string | undefined): boolean {
  return artifactType !== undefined && [...Object.values(artifactTypes), ARCHIVE_MEDIA_TYPE].includes(artifactType);
}

/** Of any version: cosign wrote `…bundle+json;version=0.3` for a while. */
export function isBundleType(text: string | undefined): boolean {
  return text?.startsWith('application/vnd.dev.sigstore.bundle') === true;
}
