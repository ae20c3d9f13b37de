import { describe, expect, it } from '@jest/globals';

import { ConfigError } from '../../platform/config/config.js';
import { generateKeyPair } from '../../wpk/index.js';
import { TrustedKeys } from './trusted-keys.js';

const [one, two] = [generateKeyPair('').publicKeyPem, generateKeyPair('').publicKeyPem];
const trust = (cosignPublicKeys: string): TrustedKeys => TrustedKeys.fromConfig({ cosignPublicKeys });

describe(TrustedKeys.name, () => {
  it('trusts nobody when no key is configured', () => {
    expect(trust('').keys).toEqual([]);
  });

  it('has one version for one set of keys, whatever their order', () => {
    expect(trust(one + two).version).toBe(trust(two + one + two).version);
    expect(trust(one + two).version).not.toBe(trust(one).version);
  });

  it.each([
    ['text that is no key', 'hello'],
    ['a key that was cut off', one.slice(0, -40)],
    ['rubbish beside a key', `${one}\nrubbish`],
    ['a private key', one.replaceAll('PUBLIC', 'PRIVATE')],
  ])('does not start with %s, and names the variable', (_, text) => {
    expect(() => trust(text)).toThrow(ConfigError);
    expect(() => trust(text)).toThrow('COSIGN_PUBLIC_KEY');
  });
});
