import { describe, expect, it } from '@jest/globals';

import { signerId } from './signer.js';
import { checkTrustedIdentity, matchesIdentity } from './trusted-identity.js';

const issuer = 'https://accounts.example.com';
const matches = (glob: string, subject: string): boolean => matchesIdentity({ issuer, subject: glob }, issuer, subject);

describe('matchesIdentity', () => {
  it.each([
    ['ci@example.com', 'ci@example.com'],
    ['*@example.com', 'ci@example.com'],
    ['https://github.com/acme/*', 'https://github.com/acme/runbooks'],
    ['https://github.com/acme/*/deploy', 'https://github.com/acme/runbooks/deploy'],
    ['https://github.com/acme/*@*', 'https://github.com/acme/a@main'],
    ['https://github.com/acme/**', 'https://github.com/acme/a/b.yml@refs/heads/main'],
    ['**', 'anything/at all'],
    ['a*c', 'ac'],
    ['***', 'a/b'],
  ])('%s is %s', (glob, subject) => {
    expect(matches(glob, subject)).toBe(true);
  });

  it.each([
    ['ci@example.com', 'ci@example.com.evil.test'],
    ['ci@example.com', 'evil-ci@example.com'],
    ['ci@example.com', 'ciXexample.com'],
    ['ci@example.com', 'ci@exampleXcom'],
    ['ci@example.com', 'CI@example.com'],
    ['ci@example.com', 'ci@example.com\nci@example.com'],
    ['ci@example.com', ''],
    ['*@example.com', 'a/b@example.com'],
    ['https://github.com/acme/*', 'https://github.com/acme/runbooks/more'],
    ['https://github.com/acme/*', 'https://github.com/acme-evil/runbooks'],
    ['https://github.com/acme/*', 'https://evil.test/?https://github.com/acme/runbooks'],
    ['https://github.com/acme/**', 'https://github.com/acmeevil/a'],
    ['.*', 'ci@example.com'],
    ['^ci@example\\.com$', 'ci@example.com'],
    ['(ci|evil)@example.com', 'evil@example.com'],
    ['ci|evil', 'evil'],
    ['[a-z]i@example.com', 'ci@example.com'],
    ['c?@example.com', 'ci@example.com'],
    ['ci+@example.com', 'cii@example.com'],
    ['{ci,evil}@example.com', 'evil@example.com'],
    ['\\Qci\\E', 'ci'],
  ])('%s is not %s', (glob, subject) => {
    expect(matches(glob, subject)).toBe(false);
  });

  it.each(['(ci|evil)@a', '.*', '\\Qa\\E', '[a-z]', 'a+b@c', '$a^', 'c?'])(
    '%s is itself, whatever it means to a regular expression',
    (text) => {
      expect(matches(text, text)).toBe(true);
    },
  );

  it('compares the issuer exactly', () => {
    for (const other of [`${issuer}/`, 'https://accounts.example', `${issuer}.evil.test`, issuer.toUpperCase(), '']) {
      expect(matchesIdentity({ issuer, subject: '**' }, other, 'ci')).toBe(false);
    }
    expect(matchesIdentity({ issuer: 'https://*', subject: '**' }, issuer, 'ci')).toBe(false);
  });

  it('takes no longer for a glob and a name that are made for each other', () => {
    expect(matches(`${'*a'.repeat(16)}b`, 'a'.repeat(2000))).toBe(false); // with backtracking: years
  });
});

describe('checkTrustedIdentity', () => {
  it.each<[string, unknown, unknown]>([
    ['no subject', issuer, ''],
    ['a blank subject', issuer, ' '],
    ['no issuer', '', '**'],
    ['a subject that is missing', issuer, undefined],
    ['an issuer that is no text', 5, '**'],
    ['a subject without end', issuer, 'a'.repeat(3000)],
    ['a subject of nothing but wildcards', issuer, '*a'.repeat(17)],
  ])('refuses %s', (_, someIssuer, subject) => {
    const identity = { issuer: someIssuer, subject } as { issuer: string; subject: string };
    const malformed = expect.objectContaining({ name: 'SignatureError', code: 'TRUST.MALFORMED' });
    expect(() => checkTrustedIdentity(identity)).toThrow(malformed);
    expect(() => matchesIdentity(identity, issuer, 'ci')).toThrow(malformed);
  });
});

describe('signerId', () => {
  it('is the key id of a key', () => {
    expect(signerId({ kind: 'key', keyId: 'abc=' })).toBe('abc=');
  });

  it('is one text for one identity, and another for every other', () => {
    const id = (someIssuer: string, subject: string) => signerId({ kind: 'identity', issuer: someIssuer, subject });
    expect(id('https://a', 'b')).toBe('identity:["https://a","b"]');
    const ids = [id('a', 'b'), id('b', 'a'), id('a","b', ''), id('', 'a","b'), id('a', 'b"]'), id('ab', '')];
    expect(new Set(ids).size).toBe(ids.length);
  });
});
