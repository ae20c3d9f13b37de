import { describe, expect, it } from '@jest/globals';

import { parseDuration } from './duration.js';
import { resolveSettings, tokenWarnings } from './settings.js';

const terminals = { stdout: true, stderr: true };
const usage = expect.objectContaining({ code: 'CLI.USAGE' });

describe('resolveSettings', () => {
  it('has defaults for everything but the token', () => {
    expect(resolveSettings({}, {}, terminals)).toEqual({
      url: 'http://127.0.0.1:8000',
      urlFrom: 'default',
      token: undefined,
      tokenFrom: undefined,
      format: 'table',
      colour: { stdout: true, stderr: true },
      timeoutMs: 30_000,
    });
  });

  it('prefers options to the environment, and says where a value is from', () => {
    const env = { ATOM_URL: 'https://env.example/atom/', ATOM_TOKEN: 'from-env\n', NO_COLOR: '1' };
    expect(resolveSettings({}, env, terminals)).toMatchObject({
      url: 'https://env.example/atom',
      urlFrom: 'environment',
      token: 'from-env',
      tokenFrom: 'environment',
      colour: { stdout: false, stderr: false },
    });
    const options = { url: 'http://opt.example:81', token: 'from-option', output: 'json', timeout: '2m' };
    expect(resolveSettings(options, env, terminals)).toMatchObject({
      url: 'http://opt.example:81',
      urlFrom: 'option',
      token: 'from-option',
      tokenFrom: 'option',
      format: 'json',
      timeoutMs: 120_000,
    });
  });

  it('counts empty variables as absent', () => {
    expect(resolveSettings({}, { ATOM_URL: '', ATOM_TOKEN: '' }, terminals)).toMatchObject({
      urlFrom: 'default',
      token: undefined,
      tokenFrom: undefined,
    });
  });

  it.each([
    { url: '127.0.0.1:8000' },
    { url: 'ftp://atom.example' },
    { url: 'http://user:secret@atom.example' },
    { url: 'http://atom.example/?a=b' },
    { output: 'xml' },
    { timeout: 'soon' },
    { token: 'a\u0000b' },
  ])('refuses %j', (options) => {
    expect(() => resolveSettings(options, {}, terminals)).toThrow(usage);
  });

  it('does not repeat a token in the message that refuses it', () => {
    expect(() => resolveSettings({ token: 'sécret-token' }, {}, terminals)).not.toThrow(/cret-token/);
  });
});

describe('tokenWarnings', () => {
  const warnings = (options: object, env: Record<string, string>) =>
    tokenWarnings(resolveSettings(options, env, terminals)).length;

  it('warns about a token among the arguments and about one sent unencrypted to another machine', () => {
    expect(warnings({ token: 't' }, {})).toBe(1);
    expect(warnings({ token: 't', url: 'http://atom.example' }, {})).toBe(2);
    expect(warnings({ url: 'http://atom.example' }, { ATOM_TOKEN: 't' })).toBe(1);
  });

  it.each(['http://localhost:8000', 'http://127.0.0.1:8000', 'http://[::1]:8000', 'https://atom.example'])(
    'has nothing to say about %s',
    (url) => {
      expect(warnings({ url }, { ATOM_TOKEN: 't' })).toBe(0);
    },
  );

  it('has nothing to say when there is no token', () => {
    expect(warnings({ url: 'http://atom.example' }, {})).toBe(0);
  });
});

describe('parseDuration', () => {
  it.each([
    ['250ms', 250],
    ['5', 5_000],
    ['1.5s', 1_500],
    ['2m', 120_000],
    ['1h', 3_600_000],
  ])('reads %s', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  it.each(['', '0', '-1s', '1d', 's', '1e3', '999999h'])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow(usage);
  });
});
