import type { TrustDocument, TrustedIdentityEntry, TrustedKeyEntry, TrustEntry, TrustPolicy } from '../../wpk/index.js';
import { RegistryError } from '../registry.error.js';

/*
 * What may be done to a trust document: pure, each a new document. Nothing is ever taken out of keys and identities: a revoked
 * name stays revoked, so that it cannot come back as somebody else.
 */

export type EntryKind = 'keys' | 'identities';

/** More than any organisation has signers; a bound on what every verification has to look through. */
const MAX_ENTRIES = 500;
const MAX_POLICIES = 200;

export function addKey(document: TrustDocument, key: TrustedKeyEntry): TrustDocument {
  requireNew(document, key.name);
  return { ...document, keys: [...document.keys, key] };
}

export function addIdentity(document: TrustDocument, identity: TrustedIdentityEntry): TrustDocument {
  requireNew(document, identity.name);
  return { ...document, identities: [...document.identities, identity] };
}

/** From `at` on nothing new of this signer is accepted; what was stored before still counts. */
export function retire(
  document: TrustDocument,
  kind: EntryKind,
  name: string,
  at: Date,
  reason?: string,
): TrustDocument {
  return changeEntry(document, kind, name, (entry) => {
    if (entry.state === 'revoked') {
      throw new RegistryError('trust-conflict', `'${name}' is revoked already, which is more than retired.`);
    }
    if (entry.state === 'retired') return entry;
    return { ...entry, state: 'retired', retiredAt: at.toISOString(), ...(reason !== undefined && { reason }) };
  });
}

/** Nothing of this signer is accepted any more, also what it signed long ago. */
export function revoke(
  document: TrustDocument,
  kind: EntryKind,
  name: string,
  at: Date,
  reason: string,
): TrustDocument {
  return changeEntry(document, kind, name, (entry) =>
    entry.state === 'revoked' ? entry : { ...entry, state: 'revoked', revokedAt: at.toISOString(), reason },
  );
}

export function putPolicy(document: TrustDocument, policy: TrustPolicy): TrustDocument {
  const others = document.policies.filter(({ name }) => name !== policy.name);
  if (others.length >= MAX_POLICIES) {
    throw new RegistryError('trust-conflict', `There are ${MAX_POLICIES} policies already; remove one first.`);
  }
  return { ...document, policies: [...others, policy].sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

export function removePolicy(document: TrustDocument, name: string): TrustDocument {
  findPolicy(document, name);
  return { ...document, policies: document.policies.filter((policy) => policy.name !== name) };
}

export function findEntry<Kind extends EntryKind>(
  document: TrustDocument,
  kind: Kind,
  name: string,
): TrustDocument[Kind][number] {
  const list: readonly TrustDocument[Kind][number][] = document[kind];
  const found = list.find((entry) => entry.name === name);
  if (!found) throw notFound(kind === 'keys' ? 'key' : 'identity', name);
  return found;
}

export function findPolicy({ policies }: TrustDocument, name: string): TrustPolicy {
  const found = policies.find((policy) => policy.name === name);
  if (!found) throw notFound('policy', name);
  return found;
}

function requireNew({ keys, identities }: TrustDocument, name: string): void {
  if (keys.length + identities.length >= MAX_ENTRIES) {
    throw new RegistryError('trust-conflict', `There are ${MAX_ENTRIES} keys and identities already.`);
  }
  if ([...keys, ...identities].some((entry) => entry.name === name)) {
    throw new RegistryError('trust-conflict', `A key or an identity is called '${name}' already; choose another name.`);
  }
}

function changeEntry(
  document: TrustDocument,
  kind: EntryKind,
  name: string,
  change: <Entry extends TrustEntry>(entry: Entry) => Entry,
): TrustDocument {
  findEntry(document, kind, name);
  return kind === 'keys'
    ? { ...document, keys: document.keys.map((entry) => (entry.name === name ? change(entry) : entry)) }
    : { ...document, identities: document.identities.map((entry) => (entry.name === name ? change(entry) : entry)) };
}

function notFound(what: string, name: string): RegistryError {
  return new RegistryError(
    'trust-not-found',
    `There is no trusted ${what} called '${name}'; list them with GET /v1/trust.`,
  );
}
