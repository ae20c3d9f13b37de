import { describe, expect, it } from '@jest/globals';

import { aPackage, aSigner } from '../../../test/builders/signed-package.js';
import { aTrustDocument, aTrustedKey, aTrustPolicy } from '../../../test/builders/trust.builder.js';
import { loadPublicKey } from '../signatures/index.js';
import type { DistrustCode } from './distrust.js';
import { judge, type PresentedSignature } from './judge.js';
import type { TrustDocument, TrustedKeyEntry } from './trust.document.js';
import { compileTrust } from './trust-set.js';

const [one, two, stranger] = [aSigner(), aSigner(), aSigner()];
const NOW = new Date('2026-11-26T12:00:00Z');
const EARLIER = new Date('2026-01-01T00:00:00Z');
const bytes = aPackage({ name: 'web-restart' });
const bundle = (signer = one, storedAt?: Date): PresentedSignature => ({
  ...{ kind: 'bundle', text: signer.bundle(bytes) },
  ...(storedAt && { storedAt }),
});
const keys = [aTrustedKey('one', one), aTrustedKey('two', two)];

function judged(document: Partial<TrustDocument>, ...signatures: PresentedSignature[]) {
  const trust = compileTrust(aTrustDocument(document));
  return judge({ bytes, name: 'web-restart', version: '1.0.0', signatures }, trust, NOW);
}
const code = (document: Partial<TrustDocument>, ...signatures: PresentedSignature[]): DistrustCode | 'believed' =>
  judged(document, ...signatures).distrust?.code ?? 'believed';
const withKey = (more: Partial<TrustedKeyEntry>) => ({
  keys: [aTrustedKey('one', one, more)],
  policies: [aTrustPolicy()],
});

describe('judge', () => {
  it('believes what the policy of the name asks for, and says who signed', () => {
    const { distrust, signatures, policies } = judged({ keys, policies: [aTrustPolicy()] }, bundle());
    expect(distrust).toBeUndefined();
    expect(signatures).toMatchObject([{ entries: ['one'], verified: { signer: { kind: 'key', keyId: one.keyId } } }]);
    expect(policies).toMatchObject([{ isSatisfied: true, satisfiedBy: ['one'], remarks: [] }]);
  });

  it.each<[string, DistrustCode, Partial<TrustDocument>, PresentedSignature[]]>([
    ['nobody is trusted', 'TRUST.NOBODY', {}, [bundle()]],
    ['there is no signature', 'SIGNATURE.MISSING', { keys, policies: [aTrustPolicy()] }, []],
    ['a key is known but no policy covers the name', 'TRUST.NO_POLICY', { keys }, [bundle()]],
    [
      'a policy covers other names',
      'TRUST.NO_POLICY',
      { keys, policies: [aTrustPolicy({ names: ['db-*'] })] },
      [bundle()],
    ],
    ['a stranger signed', 'SIGNATURE.UNKNOWN_KEY', { keys, policies: [aTrustPolicy()] }, [bundle(stranger)]],
    ['the policy names another key', 'TRUST.TOO_FEW', { keys, policies: [aTrustPolicy()] }, [bundle(two)]],
  ])('refuses when %s: %s', (_what, expected, document, signatures) => {
    expect(code(document, ...signatures)).toBe(expected);
  });

  it('holds a package to every policy that covers its name', () => {
    const policies = [aTrustPolicy(), aTrustPolicy({ name: 'web', names: ['web-*'], any: [{ key: 'two' }] })];
    expect(code({ keys, policies }, bundle(one))).toBe('TRUST.TOO_FEW');
    expect(code({ keys, policies }, bundle(two))).toBe('TRUST.TOO_FEW');
    expect(code({ keys, policies }, bundle(one), bundle(two))).toBe('believed');
  });

  it('takes any one of several', () => {
    const policies = [aTrustPolicy({ any: [{ key: 'one' }, { key: 'two' }] })];
    expect([code({ keys, policies }, bundle(one)), code({ keys, policies }, bundle(two))]).toEqual([
      'believed',
      'believed',
    ]);
  });

  it('counts each signer once towards a threshold', () => {
    const policies = [aTrustPolicy({ any: [{ key: 'one' }, { key: 'two' }], threshold: 2 })];
    const bare = { kind: 'signature', text: one.signature(bytes) } as const;
    expect(code({ keys, policies }, bundle(one), bundle(one), bare)).toBe('TRUST.TOO_FEW');
    expect(code({ keys, policies }, bundle(one), bundle(two))).toBe('believed');
    expect(code({ keys, policies }, bundle(stranger), bundle(one), bundle(two))).toBe('believed');
  });

  it('tries a stored bare signature first with the key that it was of, so that many keys cost nothing', () => {
    const large = Buffer.alloc(20 * 1024 * 1024, 1);
    const signer = { kind: 'key', keyId: two.keyId } as const;
    const stored = { kind: 'signature', text: two.signature(large), storedAt: EARLIER, signer } as const;
    const trust = compileTrust(
      aTrustDocument({
        keys: [...keys, aTrustedKey('stranger', stranger), aTrustedKey('three', aSigner())],
        policies: [aTrustPolicy({ any: [{ key: 'two' }] })],
      }),
    );
    const presented = { bytes: large, name: 'web-restart', version: '1.0.0', signatures: [stored] };
    expect(judge(presented, trust, NOW).distrust).toBeUndefined();
  });

  it('wants a log or an attestation where the policy does, and says what is missing', () => {
    for (const [more, word] of [
      [{ requireTlog: true }, 'transparency log'],
      [{ requireAttestation: true }, 'attestation'],
    ] as const) {
      const { distrust, policies } = judged({ keys, policies: [aTrustPolicy(more)] }, bundle());
      expect(distrust?.code).toBe('TRUST.TOO_FEW');
      expect(distrust?.detail).toContain(word);
      expect(policies[0]?.remarks[0]).toContain(word);
    }
  });

  it('says first what is wrong with a signature, then what the policy lacks', () => {
    const torn = { kind: 'bundle', text: '{' } as const;
    expect(code({ keys, policies: [aTrustPolicy()] }, torn, bundle(two))).toBe('SIGNATURE.MALFORMED');
  });

  describe('and the life of a key', () => {
    it.each<[string, DistrustCode | 'believed', Partial<TrustedKeyEntry>, Date | undefined]>([
      ['active, now', 'believed', {}, undefined],
      [
        'revoked, now',
        'TRUST.REVOKED',
        { state: 'revoked', revokedAt: NOW.toISOString(), reason: 'stolen' },
        undefined,
      ],
      ['revoked, stored long ago', 'TRUST.REVOKED', { state: 'revoked' }, EARLIER],
      ['retired, now', 'TRUST.NOT_NOW', { state: 'retired', retiredAt: '2026-06-01T00:00:00Z' }, undefined],
      ['retired, stored before', 'believed', { state: 'retired', retiredAt: '2026-06-01T00:00:00Z' }, EARLIER],
      ['retired, stored after', 'TRUST.NOT_NOW', { state: 'retired', retiredAt: '2025-06-01T00:00:00Z' }, EARLIER],
      ['retired in the very moment', 'TRUST.NOT_NOW', { state: 'retired', retiredAt: EARLIER.toISOString() }, EARLIER],
      ['retired, nobody knows when', 'TRUST.NOT_NOW', { state: 'retired' }, EARLIER],
      ['not valid yet', 'TRUST.NOT_NOW', { notBefore: '2027-01-01T00:00:00Z' }, undefined],
      ['not valid any more', 'TRUST.NOT_NOW', { notAfter: '2026-10-01T00:00:00Z' }, undefined],
      ['expired since, stored before', 'believed', { notAfter: '2026-10-01T00:00:00Z' }, EARLIER],
      ['valid now, stored before its time', 'TRUST.NOT_NOW', { notBefore: '2026-10-01T00:00:00Z' }, EARLIER],
    ])('%s: %s', (_what, expected, entry, storedAt) => {
      expect(code(withKey(entry), bundle(one, storedAt))).toBe(expected);
    });

    it('names the reason of a revocation', () => {
      expect(judged(withKey({ state: 'revoked', reason: 'laptop stolen' }), bundle()).distrust?.detail).toContain(
        'laptop stolen',
      );
    });
  });

  describe('and the keys of the environment', () => {
    const fallbackKeys = [loadPublicKey(one.publicKeyPem)];
    const under = (document: Partial<TrustDocument>, ...signatures: PresentedSignature[]) =>
      judge(
        { bytes, name: 'web-restart', version: '1.0.0', signatures },
        compileTrust(aTrustDocument(document), { fallbackKeys }),
        NOW,
      ).distrust?.code ?? 'believed';

    it('may sign every name that no policy covers', () => {
      expect(under({}, bundle())).toBe('believed');
      expect(under({}, bundle(two))).toBe('SIGNATURE.UNKNOWN_KEY');
    });

    it('may not sign a name that a policy covers', () => {
      const web = {
        keys: [aTrustedKey('two', two)],
        policies: [aTrustPolicy({ names: ['web-*'], any: [{ key: 'two' }] })],
      };
      expect(under(web, bundle(one))).toBe('TRUST.TOO_FEW');
      expect(under(web, bundle(two))).toBe('believed');
    });

    it.each(['environment', 'environment-1', 'environment-2'])(
      'are not mistaken for a key of the document, whatever its name is: %s',
      (name) => {
        expect(under({ keys: [aTrustedKey(name, two)] }, bundle(two))).toBe('TRUST.TOO_FEW');
      },
    );

    it('are revoked like any other', () => {
      expect(under({ keys: [aTrustedKey('one', one, { state: 'revoked' })] }, bundle(one))).toBe('TRUST.REVOKED');
    });
  });
});
