import {
  SignatureError,
  type SignatureInput,
  type Signer,
  signerId,
  type VerifiedSignature,
  verifySignature,
} from '../signatures/index.js';
import type { Distrust } from './distrust.js';
import { entryProblem, type JudgedAt } from './entry.validity.js';
import type { Authority, TrustEntry, TrustPolicy } from './trust.document.js';
import type { TrustSet } from './trust-set.js';

/** What is absent while it is being presented for the first time. */
export interface PresentedSignature extends Omit<SignatureInput, 'hint'> {
  /** When the registry first stored it. */
  readonly storedAt?: Date;
  /** Whose the registry found it to be then; it is verified all the same. */
  readonly signer?: Signer;
}

export interface PresentedPackage {
  readonly bytes: Uint8Array;
  readonly name: string;
  readonly version: string;
  readonly signatures: readonly PresentedSignature[];
}

/** One signature, and what became of it. */
export interface JudgedSignature {
  readonly kind: SignatureInput['kind'];
  /** Absent when it could not be verified. */
  readonly verified?: VerifiedSignature;
  /** Names of the keys or identities of the trust document that it counts for. */
  readonly entries: readonly string[];
  readonly distrust?: Distrust;
}

export interface JudgedPolicy {
  readonly policy: TrustPolicy;
  /** Names of the authorities that signed as the policy asks. */
  readonly satisfiedBy: readonly string[];
  readonly isSatisfied: boolean;
  /** Signatures that are good and do not count here, and why. */
  readonly remarks: readonly string[];
}

/** Everything that was looked at and what came of it: to be obeyed, and to be shown. */
export interface Judgement {
  readonly signatures: readonly JudgedSignature[];
  readonly policies: readonly JudgedPolicy[];
  /** Absent: the package is believed. */
  readonly distrust?: Distrust;
}

/**
 * The one place where a package is believed or not: at upload, when a run is requested, and before the worker executes. Every
 * policy that covers the package's name has to be satisfied; a name that none covers is refused. Pure, and never throws for
 * what it is given.
 */
export function judge(presented: PresentedPackage, trust: TrustSet, now: JudgedAt = new Date()): Judgement {
  const signatures = presented.signatures.map((signature) => judgeSignature(presented, signature, trust, now));
  const policies = trust.policiesFor(presented.name).map((policy) => judgePolicy(policy, signatures));
  const distrust = distrustOf(presented, trust, signatures, policies);
  return { signatures, policies, ...(distrust && { distrust }) };
}

function judgeSignature(
  { bytes, name, version }: PresentedPackage,
  signature: PresentedSignature,
  trust: TrustSet,
  now: JudgedAt,
): JudgedSignature {
  const { kind, text, signer: before } = signature;
  const hint = before?.kind === 'key' ? { hint: before.keyId } : {};
  let verified: VerifiedSignature;
  try {
    verified = verifySignature(bytes, { kind, text, ...hint }, trust.material);
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    return { kind, entries: [], distrust: { code: error.code, detail: error.message } };
  }
  const { claims, signer } = verified;
  if (claims && (claims.name !== name || claims.version !== version)) {
    const detail = 'The attestation names another workflow or version than the package; attest this package.';
    return { kind, verified, entries: [], distrust: { code: 'TRUST.CLAIMS_DIFFER', detail } };
  }
  const judged = trust
    .entriesOf(signer)
    .map((entry) => ({ entry, problem: entryProblem(entry, signature.storedAt, now) }));
  const entries = judged
    .filter(({ problem }) => problem === undefined)
    .map(({ entry }: { entry: TrustEntry }) => entry.name);
  const distrust = entries.length > 0 ? undefined : judged[0]?.problem;
  return { kind, verified, entries, ...(distrust && { distrust }) };
}

/** Each signature counts for the first authority that it fits, and each authority counts once. */
function judgePolicy(policy: TrustPolicy, signatures: readonly JudgedSignature[]): JudgedPolicy {
  const satisfiedBy = new Set<string>();
  const seen = new Set<string>();
  const remarks: string[] = [];
  for (const { verified, entries } of signatures) {
    if (!verified || entries.length === 0 || seen.has(signerId(verified.signer))) continue;
    const authority = policy.any.map(authorityName).find((name) => entries.includes(name));
    const remark = remarkOn(policy, verified, entries, authority);
    if (remark !== undefined) remarks.push(remark);
    if (remark !== undefined || authority === undefined) continue;
    seen.add(signerId(verified.signer));
    satisfiedBy.add(authority);
  }
  return { policy, satisfiedBy: [...satisfiedBy], isSatisfied: satisfiedBy.size >= policy.threshold, remarks };
}

function remarkOn(
  policy: TrustPolicy,
  { isLogged, claims }: VerifiedSignature,
  entries: readonly string[],
  authority: string | undefined,
): string | undefined {
  if (authority === undefined) {
    return `The signature of ${entries.join(', ')} is good, but policy '${policy.name}' does not name it.`;
  }
  if (policy.requireTlog && !isLogged) {
    return `The signature of ${authority} is in no transparency log of the trust root.`;
  }
  if (policy.requireAttestation && !claims) return `The signature of ${authority} is no attestation.`;
  return undefined;
}

function distrustOf(
  { name, signatures: presented }: PresentedPackage,
  { material }: TrustSet,
  signatures: readonly JudgedSignature[],
  policies: readonly JudgedPolicy[],
): Distrust | undefined {
  if (material.keys.length === 0 && (material.identities ?? []).length === 0) {
    const detail =
      'Nobody is trusted here. Add a key with "atomctl trust keys add", or set COSIGN_PUBLIC_KEY and restart.';
    return { code: 'TRUST.NOBODY', detail };
  }
  if (presented.length === 0) {
    return { code: 'SIGNATURE.MISSING', detail: 'The package has no signature; sign it and upload it again.' };
  }
  // What is wrong with a signature says more than that the policy lacks it.
  const refused = signatures.find(({ distrust }) => distrust)?.distrust;
  if (policies.length === 0) {
    const detail = `No trust policy covers the name '${name}'; add one that says who may sign it.`;
    return refused ?? { code: 'TRUST.NO_POLICY', detail };
  }
  const unsatisfied = policies.find(({ isSatisfied }) => !isSatisfied);
  return unsatisfied && (refused ?? tooFew(unsatisfied));
}

function tooFew({ policy, satisfiedBy, remarks }: JudgedPolicy): Distrust {
  const wanted = policy.any.map(authorityName).join(', ');
  const summary = `Policy '${policy.name}' wants ${policy.threshold} of: ${wanted}; there is ${satisfiedBy.join(', ') || 'none'}.`;
  return { code: 'TRUST.TOO_FEW', detail: [summary, ...remarks].join(' ') };
}

export function authorityName(authority: Authority): string {
  return 'key' in authority ? authority.key : authority.identity;
}
