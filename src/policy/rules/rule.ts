import type { WorkflowPackage } from '../../wpk/index.js';
import type { Finding, Severity } from './finding.js';

/** What a rule says about one place; the rule's own id, severity and CWE are added to it. */
export type Sighting = Pick<Finding, 'message' | 'pointer' | 'blast' | 'reversibility'>;

/** A static rule: looks at a package and at nothing else. A change of what it finds is a new ruleset version. */
export interface Rule {
  /** Stable for ever, never used for another meaning. */
  readonly id: string;
  readonly severity: Severity;
  readonly cwe?: string;
  inspect(workflow: WorkflowPackage): Sighting[];
}
