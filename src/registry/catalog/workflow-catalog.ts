import type { PackageFacts } from '../../policy/index.js';
import type { PackageFile, Signer, WorkflowPackage } from '../../wpk/index.js';

/** One registered version; `digest` says which bytes, for ever. */
export interface WorkflowRef {
  readonly name: string;
  readonly version: string;
  /** `sha256:<hex>` of the package's bytes. */
  readonly digest: string;
}

/** A package whose stored bytes were found intact and signed as trust policy asks now. */
export interface VerifiedPackage extends WorkflowRef {
  readonly package: WorkflowPackage;
  readonly file: PackageFile;
  /** Whose signatures count; at least one. */
  readonly signers: readonly Signer[];
  /** What policy has to know of it, an override in force among it. */
  readonly facts: PackageFacts;
}

/** What other modules may ask the registry. */
export abstract class WorkflowCatalog {
  /** Whether there is any version of that name, deleted ones left out. */
  abstract has(name: string): Promise<boolean>;

  /**
   * The version asked for, or the highest active one that is not a pre-release, for a new run. Throws `workflow-not-found`,
   * `version-yanked` (unless an override is in force), and what `open` throws.
   */
  abstract openForRun(name: string, version?: string): Promise<VerifiedPackage>;

  /**
   * Loads the stored bytes and trusts nothing: state of the version, digest, signatures against the trust of this moment,
   * strict parse. What was verified under the same trust at most five minutes ago is not verified again; state and trust are
   * looked at each time, at the price of one small statement, so it can be asked before every step. A package that calls
   * itself otherwise than `ref` is a `digest-mismatch`: somebody changed a row. Throws `workflow-not-found`,
   * `version-revoked`, `version-deleted`, `digest-mismatch`, or a `signature-…`, `signer-…`, `key-…` or `package-…` code.
   */
  abstract open(ref: WorkflowRef): Promise<VerifiedPackage>;
}
