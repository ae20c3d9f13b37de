import type { Decision } from '../../policy/index.js';
import type { SignatureInput } from '../../wpk/index.js';
import type { Signer, WorkflowRef } from '../catalog/workflow-catalog.js';

/** A version as it was registered. Nothing of it ever changes. */
export interface WorkflowVersion extends WorkflowRef {
  readonly mediaType: string;
  /** Bytes. */
  readonly size: number;
  readonly description: string | null;
  readonly author: string | null;
  readonly tags: readonly string[];
  /** Who signed what was first uploaded. */
  readonly signer: Signer;
  /** Of the admission; a run is decided again. */
  readonly decision: Decision;
  readonly uploadedBy: string;
  readonly createdAt: Date;
}

export interface NewVersion extends Omit<WorkflowVersion, 'createdAt' | 'size'> {
  readonly bytes: Buffer;
  readonly signature: SignatureInput;
}

/** A workflow by its name, as the list shows it. */
export interface WorkflowSummary {
  readonly name: string;
  /** Null when every version is a pre-release. */
  readonly latestVersion: string | null;
  /** Of the highest version. */
  readonly description: string | null;
  readonly tags: readonly string[];
  /** How many there are. */
  readonly versions: number;
  readonly updatedAt: Date;
}

/** A signature that was good when it came. */
export interface StoredSignature extends SignatureInput {
  readonly keyId: string;
  readonly verifiedAt: Date;
}

/** The bytes as they lie in the database, believed by nobody. */
export interface StoredPackage {
  readonly bytes: Buffer;
  readonly signatures: readonly StoredSignature[];
}
