import type { WorkflowRef } from '../catalog/workflow-catalog.js';
import type {
  NewVersion,
  StoredPackage,
  StoredSignature,
  WorkflowSummary,
  WorkflowVersion,
} from './workflow-version.js';

/** Keeps packages by digest and versions by name. A version, once added, never changes. */
export abstract class WorkflowStore {
  /**
   * Adds a version, or finds it as it is already: then `created` is false and a signature by another key is kept as well.
   * Of concurrent callers exactly one creates. Throws `version-exists` when the version has other bytes.
   */
  abstract add(version: NewVersion): Promise<{ readonly version: WorkflowVersion; readonly created: boolean }>;

  abstract find(name: string, version: string): Promise<WorkflowVersion | undefined>;

  /** As `find`, and only what a run needs to know: asked for every run that starts. */
  abstract findRef(name: string, version: string): Promise<WorkflowRef | undefined>;

  /** The highest version that is not a pre-release, by SemVer precedence. */
  abstract findLatest(name: string): Promise<WorkflowRef | undefined>;

  /** The highest first, at most `limit`. */
  abstract versionsOf(name: string, limit: number): Promise<WorkflowVersion[]>;

  /** By name, those after `after`, at most `limit`. */
  abstract list(limit: number, after?: string): Promise<WorkflowSummary[]>;

  abstract findPackage(digest: string): Promise<StoredPackage | undefined>;

  /** Oldest first. */
  abstract signaturesOf(digest: string): Promise<StoredSignature[]>;
}
