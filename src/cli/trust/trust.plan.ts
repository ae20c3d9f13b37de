import { loadPublicKey, type TrustDocument, type TrustedIdentityEntry, type TrustedKeyEntry } from '../../wpk/index.js';
import type { Trust, TrustedIdentity, TrustedKey } from '../api.trust.types.js';

export type EntryKind = 'keys' | 'identities';

/** One call of the API. `policy` is the name of one in the file. */
export type TrustStep =
  | { readonly kind: 'add-key'; readonly entry: TrustedKeyEntry }
  | { readonly kind: 'add-identity'; readonly entry: TrustedIdentityEntry }
  | {
      readonly kind: 'retire' | 'revoke';
      readonly of: EntryKind;
      readonly name: string;
      readonly reason: string | undefined;
    }
  | { readonly kind: 'put-policy'; readonly policy: string };

export interface TrustPlan {
  /** In the order in which they have to be done. */
  readonly steps: readonly TrustStep[];
  /** Where the server says something about a name that this file contradicts, and the API cannot change it. */
  readonly conflicts: readonly string[];
  /** Policies of the server that this file does not have; they stay. */
  readonly otherPolicies: readonly string[];
}

/**
 * What makes the server trust as the file says. Signers come first, then what the file says of their state, then policies:
 * each policy is judged on the server by the signers as this file wants them.
 */
export function planTrust(wanted: TrustDocument, present: Trust): TrustPlan {
  const conflicts: string[] = [];
  const steps: TrustStep[] = [];
  const states: TrustStep[] = [];
  for (const entry of wanted.keys) {
    const known = findByName(present, entry.name);
    if (known === undefined) steps.push({ kind: 'add-key', entry });
    else conflicts.push(...conflictsOfKey(entry, known));
    states.push(...stepsToState('keys', entry, known?.state ?? 'active', conflicts));
  }
  for (const entry of wanted.identities) {
    const known = findByName(present, entry.name);
    if (known === undefined) steps.push({ kind: 'add-identity', entry });
    else conflicts.push(...conflictsOfIdentity(entry, known));
    states.push(...stepsToState('identities', entry, known?.state ?? 'active', conflicts));
  }
  steps.push(...states);
  steps.push(...wanted.policies.map(({ name }): TrustStep => ({ kind: 'put-policy', policy: name })));
  const names = new Set(wanted.policies.map(({ name }) => name));
  const otherPolicies = present.policies.map(({ name }) => name).filter((name) => !names.has(name));
  return { steps, conflicts, otherPolicies };
}

type Known = TrustedKey | TrustedIdentity;
type Wanted = TrustedKeyEntry | TrustedIdentityEntry;

/** Keys and identities share their names. */
function findByName({ keys, identities }: Trust, name: string): Known | undefined {
  return keys.find((key) => key.name === name) ?? identities.find((identity) => identity.name === name);
}

function conflictsOfKey(entry: TrustedKeyEntry, known: Known): string[] {
  const { name, publicKey } = entry;
  if (!('keyId' in known)) return [`'${name}' is a key in the file and an identity on the server`];
  const { id } = loadPublicKey(publicKey);
  if (known.keyId !== id) return [`'${name}' is the key ${id} in the file and ${known.keyId} on the server`];
  return conflictsOfValidity(entry, known);
}

function conflictsOfIdentity(entry: TrustedIdentityEntry, known: Known): string[] {
  const { name, issuer, subject } = entry;
  if ('keyId' in known) return [`'${name}' is an identity in the file and a key on the server`];
  if (known.issuer !== issuer || known.subject !== subject) {
    return [`'${name}' is another identity in the file than on the server (${known.subject} of ${known.issuer})`];
  }
  return conflictsOfValidity(entry, known);
}

function conflictsOfValidity(entry: Wanted, known: Known): string[] {
  return (['notBefore', 'notAfter'] as const)
    .filter((limit) => timeOf(entry[limit]) !== timeOf(known[limit]))
    .map(
      (limit) =>
        `${limit} of '${entry.name}' is ${entry[limit] ?? 'nothing'} in the file and ${known[limit] ?? 'nothing'} on the server`,
    );
}

const rank: Readonly<Record<string, number>> = { active: 0, retired: 1, revoked: 2 };

function stepsToState(of: EntryKind, entry: Wanted, present: string, conflicts: string[]): TrustStep[] {
  const { name, state, reason } = entry;
  const [from, to] = [rank[present] ?? 0, rank[state] ?? 0];
  if (to < from) {
    conflicts.push(`'${name}' is ${state} in the file and ${present} on the server, which nothing takes back`);
  }
  if (to <= from || state === 'active') return [];
  return [{ kind: state === 'revoked' ? 'revoke' : 'retire', of, name, reason }];
}

function timeOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}
