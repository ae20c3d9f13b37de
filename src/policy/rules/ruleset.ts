import type { WorkflowPackage } from '../../wpk/index.js';
import type { PackageFacts } from '../decisions/facts.js';
import { BLAST_RADIUS_RULE } from './blast-radius.rule.js';
import type { Finding } from './finding.js';
import type { Rule } from './rule.js';
import { SYSTEM_NAMESPACE_RULE } from './system-namespace.rule.js';
import { UNVERIFIED_CHANGE_RULE } from './unverified-change.rule.js';
import { WILDCARD_PERMISSION_RULE } from './wildcard-permission.rule.js';

/** Raised with every change of a rule, a weight or the lattice: decisions made under another version are other decisions. */
export const RULESET_VERSION = '1';

export const RULES: readonly Rule[] = [
  WILDCARD_PERMISSION_RULE,
  SYSTEM_NAMESPACE_RULE,
  BLAST_RADIUS_RULE,
  UNVERIFIED_CHANGE_RULE,
];

/** Where a JSON pointer (RFC 6901, such as `/spec/steps/0`) lies in the package's text; lines count from 1. */
export type Locate = (pointer: string) => { readonly line: number } | undefined;

/** What policy has to know of a package, from its verified content. */
export function inspectPackage(digest: string, workflow: WorkflowPackage, locate: Locate): PackageFacts {
  const { mode, approvalRequired, dryRunRequired } = workflow.spec.safety;
  return {
    digest,
    safety: { mode, approvalRequired, dryRunRequired },
    findings: RULES.flatMap((rule) => findings(rule, workflow, locate)),
  };
}

function findings(rule: Rule, workflow: WorkflowPackage, locate: Locate): Finding[] {
  return rule.inspect(workflow).map((sighting) => {
    const line = locate(sighting.pointer.slice('#'.length))?.line;
    return {
      ...sighting,
      ruleId: rule.id,
      severity: rule.severity,
      ...(rule.cwe !== undefined && { cwe: rule.cwe }),
      ...(line !== undefined && { line }),
    };
  });
}
