import type { Decision } from '../../policy/index.js';
import { type Safety, type SignatureInput, type Signer, signerId } from '../../wpk/index.js';
import type { WorkflowRef } from '../catalog/workflow-catalog.js';
import type { VersionStanding, VersionState } from './version-state.js';

/** What a version is, once and for all. */
export interface VersionContent extends WorkflowRef {
  readonly mediaType: string;
  readonly description: string | null;
  readonly author: string | null;
  readonly tags: readonly string[];
  /** Families of the actions that its steps use, such as `kubernetes`. */
  readonly families: readonly string[];
  readonly safetyMode: Safety['mode'];
  /** Of the admission; a run is decided again. */
  readonly decision: Decision;
  readonly uploadedBy: string;
}

/** A version as it was registered, and how it stands now. */
export interface WorkflowVersion extends VersionContent, VersionStanding {
  /** Bytes. */
  readonly size: number;
  /** Who signed what was first uploaded; the first, when there were several. */
  readonly signer: Signer;
  readonly createdAt: Date;
}

/** A signature that was good when it came. */
export interface NewSignature extends SignatureInput {
  readonly signer: Signer;
  /** A transparency log of the trust root holds it. */
  readonly isLogged: boolean;
  /** It is a statement that names workflow and version. */
  readonly isAttested: boolean;
  /** By the word of a log or a timestamp authority; null when neither was asked. */
  readonly signedAt: Date | null;
}

/** Signatures of one evidence are worth the same to every policy: of those the first is kept. */
export function evidenceOf({ signer, isLogged, isAttested }: NewSignature): string {
  return JSON.stringify([signerId(signer), isLogged, isAttested]);
}

export interface StoredSignature extends NewSignature {
  /** Database time of its first upload. */
  readonly storedAt: Date;
}

export interface NewVersion extends VersionContent {
  readonly bytes: Buffer;
  /** At least one. */
  readonly signatures: readonly NewSignature[];
}

/** A workflow by its name, as the list shows it. */
export interface WorkflowSummary {
  readonly name: string;
  /** What a run gets that names no version; null when there is no active release. */
  readonly latestVersion: string | null;
  /** State of the version that stands for the workflow: the latest one or, without one, the best there is. */
  readonly state: VersionState;
  /** Of that version, as all that follows. */
  readonly description: string | null;
  readonly tags: readonly string[];
  readonly families: readonly string[];
  readonly safetyMode: Safety['mode'];
  readonly signerId: string;
  /** How many there are, deleted ones left out. */
  readonly versions: number;
  readonly updatedAt: Date;
}

/** The bytes as they lie in the database, believed by nobody. */
export interface StoredPackage {
  readonly bytes: Buffer;
  readonly signatures: readonly StoredSignature[];
}
