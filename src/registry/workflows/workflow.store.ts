import type { NewAuditEntry } from '../../audit/index.js';
import type { WorkflowRef } from '../catalog/workflow-catalog.js';
import type { VersionStanding, VersionState } from './version-state.js';
import type {
  NewSignature,
  NewVersion,
  StoredPackage,
  StoredSignature,
  WorkflowSummary,
  WorkflowVersion,
} from './workflow-version.js';

/** How a version stands, with the revision of trust that the same glance saw. */
export interface SeenVersion extends WorkflowRef, VersionStanding {
  readonly trustRevision: number;
}

/** What a list may be narrowed to; all that are given have to hold. */
export interface WorkflowFilter {
  /** Words of name and description, each as a beginning. */
  readonly search?: string;
  readonly tag?: string;
  readonly family?: string;
  readonly safetyMode?: 'manual' | 'auto';
  readonly signerId?: string;
  readonly state?: VersionState;
}

/** A change of state, and what has to be on record about it. */
export interface StateChange {
  readonly name: string;
  readonly version: string;
  /** The change is made only from one of these. */
  readonly from: readonly VersionState[];
  readonly to: VersionState;
  readonly reason: string | null;
  readonly by: string;
}

export interface NewOverride {
  readonly reason: string;
  readonly by: string;
  readonly hours: number;
}

/** Keeps packages by digest and versions by name. What a version is never changes; how it stands may. */
export abstract class WorkflowStore {
  /**
   * Adds a version, or finds it as it is already: then `created` is false and signatures of other signers are kept as well,
   * audited.
   * Of concurrent callers exactly one creates. A version that was deleted comes back with the same bytes, as it is added now.
   * Throws `version-exists` when the version has other bytes. Undefined, and nothing done, when trust is not at
   * `trustRevision` any more (null: not kept in the database), or when others brought the version back at the same time: look
   * again. An override comes into force, audited, together with a version that is created or comes back.
   */
  abstract add(
    version: NewVersion,
    trustRevision: number | null,
    override?: NewOverride,
  ): Promise<{ readonly version: WorkflowVersion; readonly created: boolean } | undefined>;

  abstract find(name: string, version: string): Promise<WorkflowVersion | undefined>;

  /** As `find`, and only what a run needs to know: asked for every run that starts. */
  abstract seeVersion(name: string, version: string): Promise<SeenVersion | undefined>;

  /** The highest active version that is not a pre-release, by SemVer precedence. */
  abstract seeLatest(name: string): Promise<SeenVersion | undefined>;

  abstract seeDigest(digest: string): Promise<SeenVersion | undefined>;

  /** The highest first, at most `limit`, below `after`; deleted ones left out. */
  abstract versionsOf(
    name: string,
    limit: number,
    options?: { readonly after?: string; readonly state?: VersionState },
  ): Promise<WorkflowVersion[]>;

  /** By name, those after `after`, at most `limit`. Workflows of which every version was deleted are left out. */
  abstract list(limit: number, after?: string, filter?: WorkflowFilter): Promise<WorkflowSummary[]>;

  abstract findPackage(digest: string): Promise<StoredPackage | undefined>;

  /** Oldest first. */
  abstract signaturesOf(digest: string): Promise<StoredSignature[]>;

  /** Makes the change and its audit entry durable together; false, and nothing done, in another state or without the bytes. */
  abstract changeState(change: StateChange, audit: NewAuditEntry): Promise<boolean>;

  /** Sets or ends (null) the override of an active or yanked version; false when there is none such. */
  abstract setOverride(
    ref: Pick<WorkflowRef, 'name' | 'version'>,
    override: NewOverride | null,
    audit: NewAuditEntry,
  ): Promise<boolean>;

  /** Keeps one more signature, and its audit entry; nothing, when there is one of this evidence already: the first one stays. */
  abstract addSignature(digest: string, signature: NewSignature, audit: NewAuditEntry): Promise<void>;

  /** Takes the bytes and signatures of a version that is in state `deleted`. Repeating it is harmless. */
  abstract removeBytes(digest: string): Promise<void>;
}
