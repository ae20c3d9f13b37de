import { describe, expect, it } from '@jest/globals';

import { generateKeyPair, loadPublicKey, type TrustDocument } from '../../wpk/index.js';
import type { Trust } from '../api.trust.types.js';
import { planTrust } from './trust.plan.js';

const [one, two] = [generateKeyPair('').publicKeyPem, generateKeyPair('').publicKeyPem];
const identity = { issuer: 'https://issuer.example', subject: 'https://ci.example/*' };
const flags = { threshold: 1, requireTlog: false, requireAttestation: false };

const document = (more: Partial<TrustDocument> = {}): TrustDocument => ({
  keys: [],
  identities: [],
  policies: [],
  ...more,
});
const key = (name: string, publicKey = one, more: object = {}) =>
  ({ name, state: 'active', publicKey, ...more }) as const;

const trust = (more: Partial<Trust> = {}): Trust => ({
  ...{ managedBy: 'api', revision: 1, version: 'v', environmentKeys: [], root: null },
  ...{ keys: [], identities: [], policies: [] },
  ...more,
});
const knownKey = (name: string, publicKey = one, state = 'active', more: object = {}) => ({
  ...{ name, state, publicKey, keyId: loadPublicKey(publicKey).id },
  ...more,
});
const policy = (name: string) => ({ name, names: ['*'], any: [{ key: 'team' }], ...flags });

describe('planTrust', () => {
  it('adds signers that the server lacks before it puts policies that name them', () => {
    const wanted = document({
      keys: [key('team')],
      identities: [{ name: 'release', state: 'active', ...identity }],
      policies: [policy('all')],
    });
    expect(planTrust(wanted, trust())).toEqual({
      steps: [
        { kind: 'add-key', entry: wanted.keys[0] },
        { kind: 'add-identity', entry: wanted.identities[0] },
        { kind: 'put-policy', policy: 'all' },
      ],
      conflicts: [],
      otherPolicies: [],
    });
  });

  it('adds nothing that is there, and puts every policy, for the server to judge again', () => {
    const present = trust({ keys: [knownKey('team')], policies: [policy('all'), policy('other')] });
    const wanted = document({ keys: [key('team')], policies: [policy('all')] });
    expect(planTrust(wanted, present)).toEqual({
      steps: [{ kind: 'put-policy', policy: 'all' }],
      conflicts: [],
      otherPolicies: ['other'],
    });
  });

  it('takes the same time in another form for the same', () => {
    const present = trust({ keys: [knownKey('team', one, 'active', { notAfter: '2027-01-01T00:00:00Z' })] });
    const wanted = document({ keys: [key('team', one, { notAfter: '2027-01-01T01:00:00+01:00' })] });
    expect(planTrust(wanted, present).conflicts).toEqual([]);
  });

  it.each([
    ['active', 'retired', ['retire']],
    ['active', 'revoked', ['revoke']],
    ['retired', 'revoked', ['revoke']],
    ['retired', 'retired', []],
    ['revoked', 'revoked', []],
  ] as const)('makes what is %s on the server %s', (present, state, kinds) => {
    const wanted = document({ keys: [{ ...key('team'), state, reason: 'why' }] });
    const plan = planTrust(wanted, trust({ keys: [knownKey('team', one, present)] }));
    expect(plan).toMatchObject({
      conflicts: [],
      steps: kinds.map((kind) => ({ kind, of: 'keys', name: 'team', reason: 'why' })),
    });
  });

  it('adds a signer that is revoked in the file and revokes it, before any policy', () => {
    const wanted = document({
      identities: [{ name: 'release', state: 'revoked', ...identity }],
      policies: [policy('all')],
    });
    expect(planTrust(wanted, trust()).steps.map(({ kind }) => kind)).toEqual(['add-identity', 'revoke', 'put-policy']);
  });

  it.each([
    ['another key', document({ keys: [key('team', two)] }), trust({ keys: [knownKey('team')] })],
    [
      'an identity where the server has a key',
      document({ identities: [{ name: 'team', state: 'active', ...identity }] }),
      trust({ keys: [knownKey('team')] }),
    ],
    [
      'a key where the server has an identity',
      document({ keys: [key('team')] }),
      trust({ identities: [{ name: 'team', state: 'active', ...identity }] }),
    ],
    [
      'another identity',
      document({ identities: [{ name: 'team', state: 'active', ...identity, subject: 'x' }] }),
      trust({ identities: [{ name: 'team', state: 'active', ...identity }] }),
    ],
    [
      'another end',
      document({ keys: [key('team', one, { notAfter: '2028-01-01T00:00:00Z' })] }),
      trust({ keys: [knownKey('team')] }),
    ],
    ['one that was retired', document({ keys: [key('team')] }), trust({ keys: [knownKey('team', one, 'retired')] })],
    [
      'as retired one that was revoked',
      document({ keys: [{ ...key('team'), state: 'retired' }] }),
      trust({ keys: [knownKey('team', one, 'revoked')] }),
    ],
  ])('contradicts a server when a name means %s', (_what, wanted, present) => {
    const { conflicts } = planTrust(wanted, present);
    expect(conflicts).toHaveLength(1);
    expect(conflicts[0]).toContain("'team'");
  });
});
