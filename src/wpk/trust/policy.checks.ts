import { readPackage } from '../package/package.reader.js';
import type { SignatureInput } from '../signatures/index.js';
import { WpkError, type WpkProblem } from '../wpk.error.js';
import type { DistrustCode } from './distrust.js';
import type { JudgedAt } from './entry.validity.js';
import { judge, type JudgedPolicy, type JudgedSignature, type Judgement } from './judge.js';
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
 * that accepts everything protects nothing. Empty when both packages are judged as they should; the bad one by this policy, and
 * for the sake of who signed it: what is unsigned or torn is refused under the worst policy too.
 */
export async function checkPolicy(
  policyName: string,
  checks: PolicyChecks,
  trust: TrustSet,
  at?: JudgedAt,
): Promise<WpkProblem[]> {
  const [good, bad] = await Promise.all([
    tryOut(policyName, checks.good, trust, '/checks/good', at),
    tryOut(policyName, checks.bad, trust, '/checks/bad', at),
  ]);
  const unusable = [good, bad].filter((outcome) => 'pointer' in outcome);
  if (unusable.length > 0) return unusable;
  const found = [
    ['/checks/good', 'judgement' in good ? faultOfGood(good) : undefined],
    ['/checks/bad', 'judgement' in bad ? faultOfBad(bad) : undefined],
  ] as const;
  return found.flatMap(([pointer, detail]) => (detail === undefined ? [] : [{ pointer, detail }]));
}

interface Outcome {
  readonly judgement: Judgement;
  readonly policy: JudgedPolicy;
}

function faultOfGood({ judgement: { distrust } }: Outcome): string | undefined {
  return distrust && `The good package would be refused: ${distrust.detail}`;
}

function faultOfBad({ judgement: { distrust, signatures }, policy }: Outcome): string | undefined {
  if (policy.isSatisfied) {
    return distrust
      ? `The bad package would be refused by another policy only, and this one lets it in: ${distrust.detail}`
      : 'The bad package would be accepted: the policy lets in what it should refuse.';
  }
  if (!signatures.every(isRefusedAnyway)) return undefined;
  return `Every policy refuses the bad package: ${distrust?.detail ?? ''} Sign it well, with a key that this policy has to refuse.`;
}

const NO_SIGNATURE: ReadonlySet<DistrustCode> = new Set([
  ...(['SIGNATURE.MISSING', 'SIGNATURE.MALFORMED', 'SIGNATURE.UNSUPPORTED'] as const),
  ...(['SIGNATURE.DIGEST_MISMATCH', 'TRUST.CLAIMS_DIFFER'] as const),
]);

/** Whoever is trusted. A bare signature does not say whose it is: of a stranger's it is only known that it is of nobody here. */
function isRefusedAnyway({ kind, distrust }: JudgedSignature): boolean {
  if (!distrust) return false;
  return NO_SIGNATURE.has(distrust.code) || (kind === 'bundle' && distrust.code === 'SIGNATURE.INVALID');
}

async function tryOut(
  name: string,
  { bytes, signatures }: SignedPackage,
  trust: TrustSet,
  pointer: string,
  at: JudgedAt | undefined,
): Promise<Outcome | WpkProblem> {
  try {
    const { metadata } = (await readPackage(bytes)).package;
    const judgement = judge({ bytes, name: metadata.name, version: metadata.version, signatures }, trust, at);
    const policy = judgement.policies.find((judged) => judged.policy.name === name);
    if (policy) return { judgement, policy };
    const detail = `The package is called '${metadata.name}', which the policy does not cover; take one that it does.`;
    return { pointer: `${pointer}/package`, detail };
  } catch (cause) {
    if (!(cause instanceof WpkError)) throw cause;
    return { pointer: `${pointer}/package`, detail: `The package cannot be read: ${cause.message}` };
  }
}
