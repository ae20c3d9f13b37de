import { createHash } from 'node:crypto';

import { scoreRisk } from '../risk/risk-score.js';
import { type Finding, SEVERITIES } from '../rules/finding.js';
import { isSystemNamespace } from '../rules/kubernetes.js';
import { RULESET_VERSION } from '../rules/ruleset.js';
import { SYSTEM_NAMESPACE_RULE } from '../rules/system-namespace.rule.js';
import { type Decision, type Outcome, OUTCOMES, type Reason } from './decision.js';
import type { PolicyFacts, PolicyOverride } from './facts.js';

/** One reason, and the outcome that it asks for. */
interface Opinion {
  readonly outcome: Outcome;
  readonly reason: Reason;
}

/**
 * deny > requireApproval > allow: the most severe opinion wins, unless an override is in force for a run. Pure: the same facts under the same ruleset give the same
 * decision, with the same id, in every process and at any time.
 */
export function decide(facts: PolicyFacts): Decision {
  const opinions = [
    ...facts.findings.map(opinionOnFinding),
    ...opinionsOnSafety(facts),
    ...opinionsOnNamespaces(facts),
  ].sort(bySeverity);
  const severest = OUTCOMES.find((candidate) => opinions.some((opinion) => opinion.outcome === candidate)) ?? 'allow';
  const overridden = facts.stage === 'run' ? overrideReason(facts) : undefined;
  const outcome = overridden ? 'allow' : severest;
  const { score, level } = scoreRisk(facts.findings);
  return {
    id: createHash('sha256')
      .update(JSON.stringify([RULESET_VERSION, canonicalFacts(facts)]))
      .digest('hex'),
    outcome,
    requiredApprovals: outcome === 'requireApproval' ? 1 : 0,
    risk: { score, level },
    reasons: [...(overridden ? [overridden] : []), ...opinions.map(({ reason }) => reason)],
    rulesetVersion: RULESET_VERSION,
  };
}

/** The facts with their members and findings in one order, so that equal facts have equal JSON. This is what is stored. */
export function canonicalFacts(facts: PolicyFacts): PolicyFacts {
  const { stage, digest, dryRunDone, namespaces, inputsDigest } = facts;
  const { mode, approvalRequired, dryRunRequired } = facts.safety;
  return {
    stage,
    digest,
    safety: { mode, approvalRequired, dryRunRequired },
    findings: facts.findings
      .map(({ ruleId, severity, message, cwe, pointer, line, blast, reversibility }) => ({
        ...{ ruleId, severity, message, pointer, blast, reversibility },
        ...(cwe !== undefined && { cwe }),
        ...(line !== undefined && { line }),
      }))
      .sort((a, b) => compareText(JSON.stringify(a), JSON.stringify(b))),
    dryRunDone,
    ...(namespaces !== undefined && { namespaces: namespaces.toSorted(compareText) }),
    ...(inputsDigest !== undefined && { inputsDigest }),
    ...(facts.override && { override: pickOverride(facts.override) }),
  };
}

/** What the rules said stays among the reasons: an override hides nothing. */
function overrideReason({ override }: PolicyFacts): Reason | undefined {
  if (!override) return undefined;
  const message = `Overridden by ${override.by} until ${override.expiresAt}: ${override.reason}`;
  return { code: 'overridden', message, severity: 'info' };
}

function pickOverride({ reason, by, expiresAt }: PolicyOverride): PolicyOverride {
  return { reason, by, expiresAt };
}

function opinionOnFinding({ ruleId, severity, message, pointer, line }: Finding): Opinion {
  const outcome = severity === 'critical' ? 'deny' : severity === 'high' ? 'requireApproval' : 'allow';
  return { outcome, reason: { code: ruleId, message, severity, pointer, ...(line !== undefined && { line }) } };
}

function opinionsOnSafety({ stage, safety, dryRunDone }: PolicyFacts): Opinion[] {
  const opinions: Opinion[] = [];
  if (stage === 'run' && (safety.mode === 'auto' || safety.dryRunRequired) && !dryRunDone) {
    const message = 'The package asks for a dry-run before its first live run; do one first.';
    opinions.push({ outcome: 'deny', reason: { code: 'dry-run-missing', message, severity: 'high' } });
  }
  if (safety.approvalRequired) {
    const message = 'The package asks for the approval of another person before every run.';
    const reason: Reason = {
      code: 'approval-required',
      message,
      severity: 'info',
      pointer: '#/spec/safety/approvalRequired',
    };
    opinions.push({ outcome: 'requireApproval', reason });
  }
  return opinions;
}

/** What no static rule can see: an input that names a namespace of Kubernetes itself. */
function opinionsOnNamespaces({ namespaces = [] }: PolicyFacts): Opinion[] {
  return namespaces.filter(isSystemNamespace).map((namespace) => {
    const message = `With these inputs the run may act in ${namespace}, which belongs to Kubernetes itself.`;
    return { outcome: 'requireApproval', reason: { code: SYSTEM_NAMESPACE_RULE.id, message, severity: 'high' } };
  });
}

function bySeverity({ reason: a }: Opinion, { reason: b }: Opinion): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    compareText(a.code, b.code) ||
    compareText(a.pointer ?? '', b.pointer ?? '') ||
    compareText(a.message, b.message)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
