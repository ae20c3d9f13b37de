import { describe, expect, it } from '@jest/globals';

import type { Trust } from '../api.trust.types.js';
import { escapeText } from '../output/escape.js';
import { Paint } from '../output/paint.js';
import { entryView, trustView } from './trust.view.js';

const plain = new Paint(false);
const flags = { threshold: 1, requireTlog: false, requireAttestation: false };
const key = { name: 'team-2026', state: 'active', keyId: 'id-1', publicKey: 'pem' };
const retired = {
  ...key,
  name: 'team-2025',
  keyId: 'id-0',
  state: 'retired',
  retiredAt: '2026-01-01',
  reason: 'rotation',
};
const identity = { name: 'release', state: 'active', issuer: 'https://iss', subject: 'https://ci/*', notAfter: '2027' };

const trust: Trust = {
  ...{ managedBy: 'api', revision: 3, version: 'abc', root: null, environmentKeys: ['id-e'] },
  keys: [key, retired],
  identities: [identity],
  policies: [
    { name: 'web', names: ['web-*', 'shop'], any: [{ key: 'team-2026' }, { identity: 'release' }], ...flags },
    {
      name: 'prod',
      names: ['*'],
      any: [{ key: 'team-2026' }],
      threshold: 1,
      requireTlog: true,
      requireAttestation: true,
    },
  ],
};

describe('trustView', () => {
  it('shows who may sign what, and where that is changed', () => {
    const lines = trustView(trust, plain).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'managed by:         the API, revision 3',
        'trusted root:       none, so nobody can sign keyless',
        'COSIGN_PUBLIC_KEY:  key id-e, for every name without a policy',
      ]),
    );
    const text = lines.join('\n');
    expect(text).toMatch(/^web +web-\*, shop +1 of team-2026, release$/m);
    expect(text).toMatch(/^prod +\* +1 of team-2026, each in a transparency log, each an attestation$/m);
    expect(text).toMatch(/^team-2025 +retired +2026-01-01 \(rotation\) +always +id-0$/m);
    expect(text).toMatch(/^release +active +- +to 2027 +https:\/\/iss +https:\/\/ci\/\*$/m);
  });

  it('says what to do where there is nothing', () => {
    const text = trustView({ ...trust, keys: [], identities: [], policies: [], environmentKeys: [] }, plain);
    expect(text).toContain('atomctl trust keys add');
  });

  it('makes what a server wrote visible', () => {
    const x = 'a\u001b[2J\nb';
    const text = trustView(
      {
        ...{ managedBy: x, revision: 1, version: x, root: x, environmentKeys: [x] },
        keys: [{ name: x, state: x, keyId: x, publicKey: x, notBefore: x }],
        identities: [{ name: x, state: 'revoked', issuer: x, subject: x, revokedAt: x, reason: x }],
        policies: [{ name: x, names: [x], any: [{ key: x }, {}], ...flags }],
      },
      plain,
    );
    expect(escapeText(text)).toBe(text);
    expect(text).not.toMatch(/^b/m);
  });
});

describe('entryView', () => {
  it('shows one key or identity', () => {
    expect(entryView(retired, plain)).toBe(
      'key:    team-2025\nid:     id-0\nstate:  retired\nsince:  2026-01-01 (rotation)',
    );
    expect(entryView(identity, plain)).toContain('subject:   https://ci/*');
  });
});
