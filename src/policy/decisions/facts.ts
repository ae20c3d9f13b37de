import type { Safety } from '../../wpk/index.js';
import type { Finding } from '../rules/finding.js';

/** What policy knows of a package, whoever runs it. Computed once for a package by `inspectPackage`. */
export interface PackageFacts {
  /** `sha256:<hex>` of the package's bytes. */
  readonly digest: string;
  readonly safety: Pick<Safety, 'mode' | 'approvalRequired' | 'dryRunRequired'>;
  readonly findings: readonly Finding[];
  /** An admin's word, in force now, that it may run whatever the rules say. */
  readonly override?: PolicyOverride;
}

export interface PolicyOverride {
  readonly reason: string;
  readonly by: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

/** Everything that a decision depends on: no clock, no database, no configuration beyond the ruleset's version. */
export interface PolicyFacts extends PackageFacts {
  readonly stage: 'admission' | 'run';
  /** This digest has been dry-run before. Asked at stage `run` only. */
  readonly dryRunDone: boolean;
  /** Namespaces that the run may act in, with its inputs filled in; `*` is all of them. Asked at stage `run` only. */
  readonly namespaces?: readonly string[];
  /** Binds the decision to one set of inputs; left out, it holds for every run of the package. */
  readonly inputsDigest?: string;
}
