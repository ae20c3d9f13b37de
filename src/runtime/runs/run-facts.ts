import type { PolicyFacts } from '../../policy/index.js';
import type { VerifiedPackage } from '../../registry/index.js';

/** What policy is asked when a run is requested, and again by the worker: the same facts, so the same stored decision. */
export function runFacts(verified: VerifiedPackage): PolicyFacts {
  return { ...verified.facts, stage: 'run', dryRunDone: false };
}
