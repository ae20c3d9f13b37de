import type { PackageFacts } from '../../policy/index.js';
import type { PackageFile, WorkflowPackage } from '../../wpk/index.js';

/** One registered version; `digest` says which bytes, for ever. */
export interface WorkflowRef {
  readonly name: string;
  readonly version: string;
  /** `sha256:<hex>` of the package's bytes. */
  readonly digest: string;
}

/** A key that signed a package; `keyId` is base64 of the SHA-256 of its SPKI DER, the hint of a cosign bundle. */
export interface Signer {
  readonly kind: 'key';
  readonly keyId: string;
}

/** A package whose stored bytes were found intact and signed by a key that is trusted now. */
export interface VerifiedPackage extends WorkflowRef {
  readonly package: WorkflowPackage;
  readonly file: PackageFile;
  readonly signer: Signer;
  /** What policy has to know of it: `policy.decide({ ...verified.facts, stage: 'run', dryRunDone })`. */
  readonly facts: PackageFacts;
}

/** What other modules may ask the registry. */
export abstract class WorkflowCatalog {
  /**
   * The version asked for, or the highest one that is not a pre-release. Throws `workflow-not-found`.
   * Says what is registered, not that it may run: `open` decides that.
   */
  abstract resolve(name: string, version?: string): Promise<WorkflowRef>;

  /**
   * Loads the stored bytes and trusts nothing: digest, signature against today's keys, strict parse. The answer may be up to
   * five minutes old. A package that calls itself otherwise than `ref` is a `digest-mismatch`: somebody changed a row. Throws `workflow-not-found`, `digest-mismatch`, `signature-missing`, `signature-invalid`,
   * `signer-not-trusted` or a `package-…` code.
   */
  abstract open(ref: WorkflowRef): Promise<VerifiedPackage>;
}
