import type { Decision, PolicyFacts } from '../../policy/index.js';
import type { VerifiedPackage } from '../../registry/index.js';

/** What policy is asked when a run is requested, and again by the worker: the same facts, so the same stored decision. */
export function runFacts(
  verified: VerifiedPackage,
  dryRunSettled: boolean,
  namespaces: readonly string[],
): PolicyFacts {
  return { ...verified.facts, stage: 'run', dryRunDone: dryRunSettled, namespaces };
}

/** Whether this package may run live only after a dry-run of the same bytes. */
export function needsDryRun({ package: { spec } }: VerifiedPackage): boolean {
  return spec.safety.dryRunRequired || spec.safety.mode === 'auto';
}

/** A dry-run changes nothing, so nobody has to approve it. */
export function mayRun(decision: Decision, dryRun: boolean): boolean {
  return decision.outcome === 'allow' || (dryRun && decision.outcome === 'requireApproval');
}
