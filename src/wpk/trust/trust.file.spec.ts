import { describe, expect, it } from '@jest/globals';

import { aPackage, aSigner } from '../../../test/builders/signed-package.js';
import { aTrustedKey, aTrustPolicy } from '../../../test/builders/trust.builder.js';
import { checkPolicy, type PolicyChecks, type SignedPackage } from './policy.checks.js';
import { TrustError } from './trust.error.js';
import { readTrustFile } from './trust.file.js';
import { compileTrust } from './trust-set.js';

const [team, stranger] = [aSigner(), aSigner()];
const pem = team.publicKeyPem.trim().replaceAll('\n', '\n      ');

const FILE = `apiVersion: atom.dev/v1
kind: Trust
keys:
  - name: team-a
    publicKey: |
      ${pem}
policies:
  - name: team-a
    names: ["team-a-*"]
    any: [{key: team-a}]
    checks:
      good: {package: good.wpk.yaml, bundles: [good.sigstore.json]}
      bad: {package: bad.wpk.yaml}
`;

const read = (text: string) => readTrustFile(Buffer.from(text));

describe('readTrustFile', () => {
  it('reads keys and policies, with the defaults filled in', () => {
    const { document, checks } = read(FILE);
    expect(document).toEqual({
      keys: [{ name: 'team-a', state: 'active', publicKey: team.publicKeyPem }],
      identities: [],
      policies: [
        {
          ...{ name: 'team-a', names: ['team-a-*'], any: [{ key: 'team-a' }], threshold: 1 },
          ...{ requireTlog: false, requireAttestation: false },
        },
      ],
    });
    expect(checks.get('team-a')?.good).toEqual({ package: 'good.wpk.yaml', bundles: ['good.sigstore.json'] });
  });

  it('takes the times of what became of a key beside the state that they led to', () => {
    const times = 'retiredAt: "2026-01-01T00:00:00Z"\n    revokedAt: "2026-02-01T00:00:00Z"';
    const text = FILE.replace('  - name: team-a\n', `  - name: team-a\n    state: revoked\n    ${times}\n`);
    expect(read(text).document.keys).toMatchObject([{ state: 'revoked', revokedAt: '2026-02-01T00:00:00Z' }]);
  });

  it.each([
    ['an unknown member', 'keys:', 'keyz:'],
    ['a policy without its checks', /    checks:[^]*/, ''],
    ['a name that is none', 'name: team-a\n    publicKey', 'name: "Team A"\n    publicKey'],
    ['an authority that is neither key nor identity', '{key: team-a}', '{}'],
    ['an authority that is both', '{key: team-a}', '{key: team-a, identity: ci}'],
    ['a threshold of none', 'any: [{key', 'threshold: 0\n    any: [{key'],
    [
      'a retired key without its time',
      '  - name: team-a\n    publicKey',
      '  - name: team-a\n    state: retired\n    publicKey',
    ],
    [
      'a time of revocation of a key that is not revoked',
      '  - name: team-a\n    publicKey',
      '  - name: team-a\n    revokedAt: "2026-01-01T00:00:00Z"\n    publicKey',
    ],
    [
      'a time of retirement of a key that is active',
      '  - name: team-a\n    publicKey',
      '  - name: team-a\n    retiredAt: "2026-01-01T00:00:00Z"\n    publicKey',
    ],
    ['a time that is none', '  - name: team-a\n    publicKey', '  - name: team-a\n    notAfter: soon\n    publicKey'],
  ])('refuses %s, with its line', (_what, from, to) => {
    const text = FILE.replace(from, to);
    expect(text).not.toBe(FILE);
    let thrown: unknown;
    try {
      read(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(TrustError);
    expect((thrown as TrustError).problems[0]).toMatchObject({ line: expect.any(Number) });
  });
});

describe('checkPolicy', () => {
  const trust = compileTrust(read(FILE).document);
  const packageOf = (name: string, signer: typeof team): SignedPackage => {
    const bytes = aPackage({ name });
    return { bytes, signatures: [{ kind: 'bundle', text: signer.bundle(bytes) }] };
  };
  const [good, bad] = [packageOf('team-a-web', team), packageOf('team-a-web', stranger)];
  const problems = async (checks: PolicyChecks): Promise<string[]> =>
    (await checkPolicy('team-a', checks, trust)).map(({ pointer }) => pointer);

  it('passes a policy that accepts the good and refuses the bad', async () => {
    expect(await problems({ good, bad })).toEqual([]);
    const bare = { kind: 'signature', text: stranger.signature(Buffer.from(bad.bytes)) } as const;
    expect(await problems({ good, bad: { ...bad, signatures: [bare] } })).toEqual([]);
  });

  it('fails one that would lock everybody out, and one that would let everybody in', async () => {
    expect(await problems({ good: bad, bad })).toEqual(['/checks/good']);
    expect(await problems({ good, bad: good })).toEqual(['/checks/bad']);
    expect(await problems({ good: bad, bad: good })).toEqual(['/checks/good', '/checks/bad']);
  });

  it('takes no bad package that any policy would refuse: it would pass one that lets everybody in', async () => {
    const text = team.bundle(Buffer.from(bad.bytes));
    const ofOther = team.bundle(Buffer.from('other'));
    const torn = text.replace(/"signature":"[^"]*"/, `"signature":"${Buffer.from('torn').toString('base64')}"`);
    for (const signatures of [[], [''], ['{}'], [ofOther], [torn]]) {
      const worthless = { ...bad, signatures: signatures.map((it) => ({ kind: 'bundle', text: it }) as const) };
      expect(await problems({ good, bad: worthless })).toEqual(['/checks/bad']);
    }
  });

  it('takes no bad package that only another policy refuses', async () => {
    const open = { names: ['team-*'], any: [{ key: 'team-a' }, { key: 'stranger' }] };
    const { document } = read(FILE);
    const more = compileTrust({
      ...document,
      keys: [...document.keys, aTrustedKey('stranger', stranger)],
      policies: [...document.policies, aTrustPolicy({ name: 'open', ...open })],
    });
    const found = await checkPolicy('open', { good, bad }, more);
    expect(found).toMatchObject([{ pointer: '/checks/bad', detail: expect.stringContaining('another policy') }]);
  });

  it('takes no package that says nothing about the policy', async () => {
    expect(await problems({ good, bad: packageOf('other', stranger) })).toEqual(['/checks/bad/package']);
    expect(await problems({ good: { bytes: Buffer.from('x: 1'), signatures: [] }, bad })).toEqual([
      '/checks/good/package',
    ]);
  });
});
