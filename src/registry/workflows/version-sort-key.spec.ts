import { describe, expect, it } from '@jest/globals';
import semver from 'semver';

import { isPrerelease, isVersion, versionSortKey } from './version-sort-key.js';

/** The first line is the example of SemVer 2.0 §11. */
const VERSIONS = [
  ...['1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta', '1.0.0-beta', '1.0.0-beta.2', '1.0.0-beta.11', '1.0.0-rc.1'],
  ...['1.0.0', '1.0.1', '1.2.0', '1.10.0', '2.0.0', '10.0.0', '0.0.0', '0.0.0-0', '0.9.99', '1.0.0+build', '1.0.0-0'],
  ...['1.0.0-99999999999999999999', '1.0.0-a', '1.0.0-a-b', '1.0.0-a.b', '1.0.0-A'],
  ...['1.0.0--', '1.0.0-1a', '1.0.0-1', '1.0.0-1.0', '1.0.0-1.0.0', '9007199254740991.0.0', '1.0.0-alpha.1+x.y'],
];

describe('versionSortKey', () => {
  it('orders as SemVer does, for every pair', () => {
    for (const a of VERSIONS) {
      for (const b of VERSIONS) {
        const order = Buffer.compare(versionSortKey(a), versionSortKey(b));
        expect({ a, b, order }).toEqual({ a, b, order: semver.compare(a, b) });
      }
    }
  });

  it('orders numbers of any size', () => {
    const keys = ['1.0.0-99999999999999999998', '1.0.0-99999999999999999999', '1.0.0-100000000000000000000'].map(
      versionSortKey,
    );
    expect(keys.toSorted((a, b) => Buffer.compare(a, b))).toEqual(keys);
  });

  it('tells pre-releases from releases', () => {
    expect(['1.0.0', '1.0.0+a-b', '1.0.0-rc.1'].map(isPrerelease)).toEqual([false, false, true]);
  });
});

describe('isVersion', () => {
  it.each([
    'v1.0.0',
    '=1.0.0',
    ' 1.0.0',
    '1.0.0 ',
    '1.0.0\n',
    '1.0',
    '1.0.0.0',
    '01.0.0',
    '',
    '\0',
    '99999999999999999999.0.0',
    `1.0.0-${'a'.repeat(300)}`,
  ])('refuses %j', (text) => {
    expect(isVersion(text)).toBe(false);
  });

  it.each(VERSIONS)('takes %s', (text) => {
    expect(isVersion(text)).toBe(true);
  });
});
