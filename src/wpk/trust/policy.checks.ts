import { readPackage } from '../package/package.reader.js';
import type { SignatureInput } from '../signatures/index.js';
import { WpkError, type WpkProblem } from '../wpk.error.js';
import { judge } from './judge.js';
import type { TrustSet } from './trust-set.js';

export interface SignedPackage {
  readonly bytes: Uint8Array;
  readonly signatures: readonly SignatureInput[];
}

/** A package that a policy must accept, and one that it must refuse. */
export interface PolicyChecks {
  readonly good: SignedPackage;
  readonly bad: SignedPackage;
}

/**
 * Whether a policy of this set does what its author expects of it: a policy that accepts nothing locks everybody out, and one
 * that accepts everything protects nothing. Empty when both packages are judged as they should.
 */
export async function checkPolicy(policyName: string, checks: PolicyChecks, trust: TrustSet): Promise<WpkProblem[]> {
  const [good, bad] = await Promise.all([
    tryOut(policyName, checks.good, trust, '/checks/good'),
    tryOut(policyName, checks.bad, trust, '/checks/bad'),
  ]);
  const problems = [good, bad].flatMap((outcome) => (outcome.problem ? [outcome.problem] : []));
  if (problems.length > 0) return problems;
  if (good.distrust !== undefined) {
    problems.push({ pointer: '/checks/good', detail: `The good package would be refused: ${good.distrust}` });
  }
  if (bad.distrust === undefined) {
    problems.push({
      pointer: '/checks/bad',
      detail: 'The bad package would be accepted: the policy lets in what it should refuse.',
    });
  }
  return problems;
}

interface Outcome {
  readonly problem?: WpkProblem;
  readonly distrust?: string;
}

async function tryOut(
  policy: string,
  { bytes, signatures }: SignedPackage,
  trust: TrustSet,
  pointer: string,
): Promise<Outcome> {
  try {
    const { name, version } = (await readPackage(bytes)).package.metadata;
    const judgement = judge({ bytes, name, version, signatures }, trust);
    if (!judgement.policies.some((judged) => judged.policy.name === policy)) {
      const detail = `The package is called '${name}', which the policy does not cover; take one that it does.`;
      return { problem: { pointer: `${pointer}/package`, detail } };
    }
    return judgement.distrust ? { distrust: judgement.distrust.detail } : {};
  } catch (cause) {
    if (!(cause instanceof WpkError)) throw cause;
    return { problem: { pointer: `${pointer}/package`, detail: `The package cannot be read: ${cause.message}` } };
  }
}
