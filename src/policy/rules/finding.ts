/** Most severe first. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** How far it reaches when it goes wrong. */
export type Blast = 'step' | 'namespace' | 'cluster';

/** What it takes to get back to how things were. */
export type Reversibility = 'read' | 'reversible' | 'irreversible';

/** Something that a rule saw in a package. A value: it is stored with the decision that it led to. */
export interface Finding {
  /** Stable for ever, such as `ATOM-RBAC-001`. */
  readonly ruleId: string;
  readonly severity: Severity;
  readonly message: string;
  /** Such as `CWE-250`, where the weakness has one. */
  readonly cwe?: string;
  /** JSON pointer (RFC 6901) as a URI fragment, such as `#/spec/steps/0`. */
  readonly pointer: string;
  /** Line of that place in the package's text, from 1; absent when the place is not in the text. */
  readonly line?: number;
  readonly blast: Blast;
  readonly reversibility: Reversibility;
}
