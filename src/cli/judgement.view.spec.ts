import { describe, expect, it } from '@jest/globals';

import type { Judgement } from './api.trust.types.js';
import { judgementView, objectionTo } from './judgement.view.js';
import { escapeText } from './output/escape.js';
import { Paint } from './output/paint.js';

const plain = new Paint(false);
const signature = { kind: 'bundle', entries: [], attestation: false, logged: false, signedAt: null };
const policy = { name: 'web', threshold: 2, any: ['team', 'lead'], requireTlog: false, requireAttestation: false };

const believed: Judgement = {
  ...{ name: 'restart', version: '1.0.0', digest: 'sha256:00', accepted: true, trustVersion: 'v' },
  signatures: [
    { ...signature, counts: true, signer: { kind: 'key', keyId: 'id-1' }, entries: ['team'] },
    {
      ...{ ...signature, counts: true, entries: ['lead'], logged: true, attestation: true },
      ...{ signer: { kind: 'identity', subject: 'mail', issuer: 'iss' }, signedAt: '2026-01-01T00:00:00.000Z' },
    },
  ],
  policies: [{ ...policy, satisfied: true, satisfiedBy: ['team', 'lead'], remarks: [] }],
};

const refused: Judgement = {
  ...believed,
  accepted: false,
  problem: { code: 'key-revoked', detail: "The signer 'team' was revoked." },
  signatures: [
    {
      ...{ ...signature, counts: false, signer: { kind: 'key', keyId: 'id-1' } },
      problem: { code: 'key-revoked', detail: "The signer 'team' was revoked." },
    },
    { ...signature, counts: false, problem: { code: 'bundle-malformed', detail: 'No JSON.' } },
  ],
  policies: [{ ...policy, requireTlog: true, satisfied: false, satisfiedBy: [], remarks: ['In no log.'] }],
};

describe('judgementView', () => {
  it('says of every signature and policy what became of it, and the verdict last', () => {
    expect(judgementView(believed, undefined, plain)).toBe(`package:  restart@1.0.0
digest:   sha256:00

signatures:
  counts: bundle of key id-1 = team
  counts: bundle of identity mail (issuer iss) = lead; attestation; in a transparency log; signed 2026-01-01T00:00:00.000Z

policies:
  satisfied: web wants 2 of team, lead; satisfied by team, lead

BELIEVED: it is signed as trust asks; policy still decides what it may do`);
  });

  it('says why not, in the words of the server', () => {
    const text = judgementView(refused, undefined, plain);
    expect(text).toContain(`signatures:
  does not count: bundle of key id-1
    The signer 'team' was revoked. (key-revoked)
  does not count: bundle of nobody that could be made out
    No JSON. (bundle-malformed)

policies:
  not satisfied: web wants 2 of team, lead, each in a transparency log; satisfied by nobody
    In no log.

REFUSED: The signer 'team' was revoked. (key-revoked)`);
  });

  it('shows how a registered version stands', () => {
    const standing = { state: 'revoked', stateReason: 'wrong target', stateBy: 'admin', stateAt: null, override: null };
    const text = judgementView(believed, standing, plain);
    expect(text).toContain('state:    revoked by admin: wrong target');
    expect(text).toMatch(/^REFUSED: .*revoked/m);
  });

  it('makes what a server or a signer wrote visible', () => {
    const hostile = 'a\u001b[2J\nb';
    const text = judgementView(
      {
        ...{ name: hostile, version: hostile, digest: hostile, accepted: false, trustVersion: hostile },
        problem: { code: hostile, detail: hostile },
        signatures: [
          {
            ...{ ...signature, kind: hostile, counts: true, entries: [hostile], signedAt: hostile },
            ...{ signer: { kind: hostile, subject: hostile, issuer: hostile } },
            problem: { code: hostile, detail: hostile },
          },
        ],
        policies: [
          { ...policy, name: hostile, any: [hostile], satisfied: true, satisfiedBy: [hostile], remarks: [hostile] },
        ],
      },
      {
        ...{ state: hostile, stateReason: hostile, stateBy: hostile, stateAt: hostile },
        override: { reason: hostile, by: hostile, at: hostile, expiresAt: hostile },
      },
      plain,
    );
    expect(escapeText(text)).toBe(text);
    expect(text).not.toMatch(/^b/m);
  });
});

describe('objectionTo', () => {
  const override = { reason: 'incident', by: 'admin', at: 'now', expiresAt: 'later' };
  it.each([
    ['a file', undefined, true],
    ['an active version', { state: 'active' }, true],
    ['a yanked version', { state: 'yanked' }, false],
    ['a yanked version with an override', { state: 'yanked', override }, true],
    ['a revoked version with an override', { state: 'revoked', override }, false],
  ])('lets %s run: %o %s', (_what, standing, runs) => {
    expect(objectionTo(believed, standing) === undefined).toBe(runs);
    expect(objectionTo(refused, standing)).toContain('key-revoked');
  });
});
