import { describe, expect, it } from '@jest/globals';

import { aSigner } from '../../../test/builders/signed-package.js';
import { aTrustDocument, aTrustedKey, aTrustPolicy } from '../../../test/builders/trust.builder.js';
import { loadPublicKey } from '../signatures/index.js';
import type { TrustDocument } from './trust.document.js';
import { TrustError } from './trust.error.js';
import { compileTrust } from './trust-set.js';

const [one, two] = [aSigner(), aSigner()];
const key = aTrustedKey('one', one);
const fallbackKeys = [loadPublicKey(one.publicKeyPem), loadPublicKey(two.publicKeyPem)];

describe('compileTrust', () => {
  it('has one version for one trust, and another for any change of it', () => {
    const document = aTrustDocument({ keys: [key], policies: [aTrustPolicy()] });
    const versions = [
      compileTrust(document),
      compileTrust(aTrustDocument()),
      compileTrust(document, { fallbackKeys }),
      compileTrust({ ...document, keys: [{ ...key, state: 'revoked' }] }),
      compileTrust({ ...document, policies: [aTrustPolicy({ requireTlog: true })] }),
    ].map(({ version }) => version);
    expect(new Set(versions).size).toBe(versions.length);
    expect(compileTrust(JSON.parse(JSON.stringify(document)) as TrustDocument).version).toBe(versions[0]);
    expect(compileTrust(document, { fallbackKeys: fallbackKeys.toReversed() }).version).toBe(versions[2]);
  });

  it.each<[string, Partial<TrustDocument>, string]>([
    ['text that is no key', { keys: [{ ...key, publicKey: 'hello' }] }, '/keys/0/publicKey'],
    [
      'a private key',
      { keys: [{ ...key, publicKey: one.publicKeyPem.replaceAll('PUBLIC', 'PRIVATE') }] },
      '/keys/0/publicKey',
    ],
    ['one key under two names', { keys: [key, aTrustedKey('again', one)] }, '/keys/1/publicKey'],
    ['two keys of one name', { keys: [key, aTrustedKey('one', two)] }, '/keys/1/name'],
    [
      'a key and an identity of one name',
      { keys: [key], identities: [{ name: 'one', state: 'active', issuer: 'i', subject: 's' }] },
      '/identities/0/name',
    ],
    ['two policies of one name', { keys: [key], policies: [aTrustPolicy(), aTrustPolicy()] }, '/policies/1/name'],
    [
      'the name of the policy of the environment',
      { keys: [key], policies: [aTrustPolicy({ name: 'environment' })] },
      '/policies/0/name',
    ],
    [
      'an identity with more wildcards than anybody needs',
      { identities: [{ name: 'ci', state: 'active', issuer: 'i', subject: '*/'.repeat(20) }] },
      '/identities/0',
    ],
    ...(['notBefore', 'notAfter', 'retiredAt'] as const).flatMap((member) =>
      ['2016-12-31T23:59:60Z', '2026-W01-1', '2026-200', '20260101T000000Z', '2026-01-01T00:00:00'].map(
        (time): [string, Partial<TrustDocument>, string] => [
          `${member}: ${time}, which is no one moment to everybody`,
          { keys: [{ ...key, [member]: time }] },
          `/keys/0/${member}`,
        ],
      ),
    ),
    [
      'a time of an identity that is none',
      { identities: [{ name: 'ci', state: 'active', issuer: 'i', subject: 's', notAfter: 'soon' }] },
      '/identities/0/notAfter',
    ],
    [
      'one identity under two names, for revoking one would leave the other',
      {
        identities: [
          { name: 'ci', state: 'revoked', issuer: 'i', subject: 's' },
          { name: 'again', state: 'active', issuer: 'i', subject: 's' },
        ],
      },
      '/identities/1',
    ],
    ['a key that is not there', { policies: [aTrustPolicy()] }, '/policies/0/any/0/key'],
    [
      'an identity that is not there',
      { policies: [aTrustPolicy({ any: [{ identity: 'ci' }] })] },
      '/policies/0/any/0/identity',
    ],
    [
      'a threshold that nobody can reach',
      { keys: [key], policies: [aTrustPolicy({ threshold: 2 })] },
      '/policies/0/threshold',
    ],
  ])('refuses %s and says where', (_what, document, pointer) => {
    let thrown: unknown;
    try {
      compileTrust(aTrustDocument(document));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(TrustError);
    expect((thrown as TrustError).problems.map((problem) => problem.pointer)).toContain(pointer);
  });
});
