import { createHash } from 'node:crypto';

import { canonicalJson } from '../canonical.json.js';
import {
  checkTrustedIdentity,
  loadPublicKey,
  matchesIdentity,
  SignatureError,
  type Signer,
  type Trust,
  type TrustedKey,
  type TrustRoot,
} from '../signatures/index.js';
import type { WpkProblem } from '../wpk.error.js';
import { faultsOfTimes } from './entry.validity.js';
import { compileNameGlob } from './name.glob.js';
import type { TrustDocument, TrustedKeyEntry, TrustEntry, TrustPolicy } from './trust.document.js';
import { TrustError } from './trust.error.js';

/** What else is trusted beside the document. */
export interface TrustSurroundings {
  /** Keys of the process's environment: may sign every name that no policy of the document covers. */
  readonly fallbackKeys?: readonly TrustedKey[];
  readonly root?: TrustRoot;
}

/** A trust document ready for use. Immutable. */
export interface TrustSet {
  /** Changes whenever anything in it does: what was verified under another version has to be verified again. */
  readonly version: string;
  readonly document: TrustDocument;
  /** Ids of the keys that may sign what no policy of the document covers. */
  readonly fallbackKeyIds: readonly string[];
  /** Everything that can be recognised, also what is retired or revoked. */
  readonly material: Trust;
  /** The entries that a signer fits. */
  entriesOf(signer: Signer): readonly TrustEntry[];
  /** The policies that a package of this name has to satisfy, all of them; none means that nobody may sign it. */
  policiesFor(name: string): readonly TrustPolicy[];
}

/** Name of the policy that the keys of the environment make. No policy of a document may have it. */
export const FALLBACK_POLICY = 'environment';

/** Throws {@link TrustError} for keys and times that cannot be read, names that stand twice and references that lead nowhere. */
export function compileTrust(document: TrustDocument, { fallbackKeys = [], root }: TrustSurroundings = {}): TrustSet {
  const keys = document.keys.map((entry, index) => ({ entry, key: readKey(entry, index) }));
  const problems = [
    ...faultsOfNames(document),
    ...faultsOfKeys(keys),
    ...faultsOfTimes(document),
    ...faultsOfIdentities(document),
    ...faultsOfPolicies(document),
  ];
  if (problems.length > 0) throw new TrustError(problems);
  // The document's word on a key holds, whoever else names it: a revoked key stays revoked.
  const known = new Set(keys.map(({ key }) => key.id));
  const spare = fallbackKeys
    .filter(({ id }) => !known.has(id))
    .map((key, index) => ({ key, entry: fallbackEntry(key, index) }));
  const all = [...keys, ...spare];
  const policies = document.policies.map((policy) => ({ policy, covers: policy.names.map(compileNameGlob) }));
  const fallback = fallbackPolicy(fallbackKeys, all);
  return {
    version: versionOf(document, fallbackKeys, root),
    document,
    fallbackKeyIds: fallbackKeys.map(({ id }) => id),
    material: { keys: all.map(({ key }) => key), identities: document.identities, ...(root && { root }) },
    entriesOf: (signer) =>
      signer.kind === 'key'
        ? all.filter(({ key }) => key.id === signer.keyId).map(({ entry }) => entry)
        : document.identities.filter((identity) => matchesIdentity(identity, signer.issuer, signer.subject)),
    policiesFor: (name) => {
      const matching = policies.filter(({ covers }) => covers.some((matches) => matches(name)));
      return matching.length > 0 ? matching.map(({ policy }) => policy) : fallback;
    },
  };
}

interface ReadKey {
  readonly entry: TrustedKeyEntry;
  readonly key: TrustedKey;
}

function readKey({ publicKey }: TrustedKeyEntry, index: number): TrustedKey {
  try {
    return loadPublicKey(publicKey);
  } catch (cause) {
    if (!(cause instanceof SignatureError)) throw cause;
    throw new TrustError([{ pointer: `/keys/${index}/publicKey`, detail: cause.message }], { cause });
  }
}

function faultsOfNames({ keys, identities, policies }: TrustDocument): WpkProblem[] {
  const seen = new Set<string>();
  const twice = (list: 'keys' | 'identities' | 'policies', names: readonly string[]): WpkProblem[] =>
    names.flatMap((name, index) => {
      const isTaken = seen.has(name) || (list === 'policies' && name === FALLBACK_POLICY);
      seen.add(name);
      return isTaken
        ? [{ pointer: `/${list}/${index}/name`, detail: `The name '${name}' is taken; choose another.` }]
        : [];
    });
  const entries = [...twice('keys', keys.map(nameOf)), ...twice('identities', identities.map(nameOf))];
  seen.clear();
  return [...entries, ...twice('policies', policies.map(nameOf))];
}

function faultsOfKeys(keys: readonly ReadKey[]): WpkProblem[] {
  return keys.flatMap(({ key, entry }, index) => {
    const first = keys.findIndex((other) => other.key.id === key.id);
    if (first === index) return [];
    const detail = `The key '${entry.name}' is the same as '${keys[first]?.entry.name ?? ''}'; one key has one name.`;
    return [{ pointer: `/keys/${index}/publicKey`, detail }];
  });
}

function faultsOfIdentities({ identities }: TrustDocument): WpkProblem[] {
  return identities.flatMap((identity, index) => {
    try {
      checkTrustedIdentity(identity);
      const { name, issuer, subject } = identity;
      const first = identities.find((other) => other.issuer === issuer && other.subject === subject);
      if (!first || first === identity) return [];
      const detail = `The identity '${name}' is the same as '${first.name}'; one identity has one name.`;
      return [{ pointer: `/identities/${index}`, detail }];
    } catch (cause) {
      if (!(cause instanceof SignatureError)) throw cause;
      return [{ pointer: `/identities/${index}`, detail: cause.message }];
    }
  });
}

function faultsOfPolicies({ keys, identities, policies }: TrustDocument): WpkProblem[] {
  const known = { key: new Set(keys.map(nameOf)), identity: new Set(identities.map(nameOf)) };
  return policies.flatMap(({ any, threshold }, index) => {
    const dangling = any.flatMap((authority, place) => {
      const [kind, name] =
        'key' in authority ? (['key', authority.key] as const) : (['identity', authority.identity] as const);
      if (known[kind].has(name)) return [];
      return [
        { pointer: `/policies/${index}/any/${place}/${kind}`, detail: `No ${kind} is called '${name}'; add it first.` },
      ];
    });
    if (threshold <= any.length) return dangling;
    const detail = `Nobody can satisfy a threshold of ${threshold} with ${any.length} in 'any'.`;
    return [...dangling, { pointer: `/policies/${index}/threshold`, detail }];
  });
}

function fallbackEntry({ publicKey }: TrustedKey, index: number): TrustedKeyEntry {
  const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
  // A name that no entry of a document can have: it would sign in this key's place.
  return { name: `${FALLBACK_POLICY}:${index + 1}`, state: 'active', publicKey: pem };
}

function fallbackPolicy(keys: readonly TrustedKey[], all: readonly ReadKey[]): readonly TrustPolicy[] {
  if (keys.length === 0) return [];
  const ids = new Set(keys.map(({ id }) => id));
  const any = all.filter(({ key }) => ids.has(key.id)).map(({ entry }) => ({ key: entry.name }));
  return [{ name: FALLBACK_POLICY, names: ['*'], any, threshold: 1, requireTlog: false, requireAttestation: false }];
}

function versionOf(document: TrustDocument, fallbackKeys: readonly TrustedKey[], root: TrustRoot | undefined): string {
  const content = { document, fallback: fallbackKeys.map(({ id }) => id).toSorted(), root: root?.digest ?? null };
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}
