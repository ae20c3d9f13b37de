import type { Risk } from '../risk/risk-score.js';
import type { Severity } from '../rules/finding.js';

/** Most severe first: the most severe outcome that any reason asks for is the decision. */
export const OUTCOMES = ['deny', 'requireApproval', 'allow'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Why. `code` is a rule's id, or `dry-run-missing`, or `approval-required`. */
export interface Reason {
  readonly code: string;
  readonly message: string;
  readonly severity: Severity;
  /** Place in the package, a JSON pointer as a URI fragment; absent when the reason is not about one place. */
  readonly pointer?: string;
  readonly line?: number;
}

export interface Decision {
  /** SHA-256 (hex) of the facts and the ruleset's version: the same question has the same id. */
  readonly id: string;
  readonly outcome: Outcome;
  /** People, other than the requester, who have to agree; 0 unless the outcome is `requireApproval`. */
  readonly requiredApprovals: number;
  readonly risk: Pick<Risk, 'score' | 'level'>;
  /** Most severe first; also what did not change the outcome, so that a reader sees everything that was seen. */
  readonly reasons: readonly Reason[];
  readonly rulesetVersion: string;
}
