import type { WorkflowPackage } from '../package.js';
import type { SourcePosition } from '../reader/source-map.js';
import type { PackageDocument } from './package.document.js';

export const YAML_MEDIA_TYPE = 'application/vnd.atom.wpk.v1+yaml';
export const ARCHIVE_MEDIA_TYPE = 'application/vnd.atom.wpk.v1.tar+gzip';

/** A package as it came in: read, valid, not yet trusted. */
export interface PackageFile {
  /** `sha256:<hex>` of the bytes as they came: the identity of the package. */
  readonly digest: `sha256:${string}`;
  readonly mediaType: typeof YAML_MEDIA_TYPE | typeof ARCHIVE_MEDIA_TYPE;
  /** What the document says, defaults applied, durations in milliseconds. */
  readonly package: WorkflowPackage;
  /** The document as it was written. */
  readonly document: PackageDocument;
  /** Names of the files of the archive in its order; of a YAML package none. */
  readonly files: readonly string[];
  /** Text of README.md of the archive. */
  readonly readme?: string;
  /** Where a JSON pointer stands in the YAML; for a member that is not there, where its nearest parent stands. */
  locate(pointer: string): SourcePosition | undefined;
}
