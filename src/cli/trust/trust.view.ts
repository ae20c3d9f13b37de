import type { Trust, TrustedIdentity, TrustedKey, TrustEntry, TrustPolicy } from '../api.trust.types.js';
import { wanted } from '../judgement.view.js';
import { escapeLine } from '../output/escape.js';
import type { Paint } from '../output/paint.js';
import { type Column, renderFields, renderTable } from '../output/table.js';

/** Who may sign what: the policies first, then the signers that they name. */
export function trustView(trust: Trust, paint: Paint): string {
  const { managedBy, revision, version, environmentKeys, root, policies, keys, identities } = trust;
  const head = renderFields([
    ['managed by', managedBy === 'file' ? 'the file of TRUST_FILE' : `the API, revision ${revision ?? 0}`],
    ['version', escapeLine(version)],
    ['trusted root', root === null ? 'none, so nobody can sign keyless' : escapeLine(root)],
    ...environmentKeys.map(
      (id) => ['COSIGN_PUBLIC_KEY', `key ${escapeLine(id)}, for every name without a policy`] as const,
    ),
  ]);
  return [head, policyTable(policies), keyTable(keys, paint), identityTable(identities, paint)].join('\n\n');
}

export function policyTable(policies: readonly TrustPolicy[]): string {
  if (policies.length === 0) return 'No policies: only the keys of COSIGN_PUBLIC_KEY may sign.';
  return renderTable<TrustPolicy>(
    [
      { title: 'POLICY', value: ({ name }) => name },
      { title: 'WORKFLOWS', value: ({ names }) => names.join(', ') },
      { title: 'WANTS', value: ({ any, ...policy }) => wanted({ ...policy, any: any.map(authorityText) }) },
    ],
    policies,
  );
}

export function keyTable(keys: readonly TrustedKey[], paint: Paint): string {
  if (keys.length === 0) return 'No keys. `atomctl trust keys add NAME --key FILE` adds one.';
  return renderTable<TrustedKey>(
    [
      { title: 'KEY', value: ({ name }) => name },
      ...stateColumns<TrustedKey>(paint),
      { title: 'ID', value: ({ keyId }) => keyId },
    ],
    keys,
  );
}

export function identityTable(identities: readonly TrustedIdentity[], paint: Paint): string {
  if (identities.length === 0) return 'No identities.';
  return renderTable<TrustedIdentity>(
    [
      { title: 'IDENTITY', value: ({ name }) => name },
      ...stateColumns<TrustedIdentity>(paint),
      { title: 'ISSUER', value: ({ issuer }) => issuer },
      { title: 'SUBJECT', value: ({ subject }) => subject },
    ],
    identities,
  );
}

/** One key or identity after something was done to it. */
export function entryView(entry: TrustedKey | TrustedIdentity, paint: Paint): string {
  const what = 'keyId' in entry ? 'key' : 'identity';
  return renderFields([
    [what, escapeLine(entry.name)],
    ...('keyId' in entry
      ? [['id', escapeLine(entry.keyId)] as const]
      : [['issuer', escapeLine(entry.issuer)] as const, ['subject', escapeLine(entry.subject)] as const]),
    ['state', paint.state(escapeLine(entry.state))],
    ['since', escapeLine(sinceText(entry))],
    ['counts', escapeLine(validityText(entry))],
  ]);
}

function stateColumns<Entry extends TrustEntry>(paint: Paint): Column<Entry>[] {
  return [
    { title: 'STATE', value: ({ state }) => state, paint: (text) => paint.state(text) },
    { title: 'SINCE', value: (entry) => sinceText(entry) || undefined },
    { title: 'COUNTS', value: (entry) => validityText(entry) || 'always' },
  ];
}

function sinceText({ state, retiredAt, revokedAt, reason }: TrustEntry): string {
  const at = state === 'revoked' ? revokedAt : state === 'retired' ? retiredAt : undefined;
  return [at, reason && `(${reason})`].filter(Boolean).join(' ');
}

function validityText({ notBefore, notAfter }: TrustEntry): string {
  return [notBefore && `from ${notBefore}`, notAfter && `to ${notAfter}`].filter(Boolean).join(' ');
}

function authorityText({ key, identity }: TrustPolicy['any'][number]): string {
  return key ?? identity ?? '?';
}
