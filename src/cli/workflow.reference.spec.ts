import { describe, expect, it } from '@jest/globals';

import { parseReference, parseVersionReference, versionPath } from './workflow.reference.js';

const usage = expect.objectContaining({ code: 'CLI.USAGE' });

describe('parseReference', () => {
  it('reads a name with and without a version', () => {
    expect(parseReference('restart')).toEqual({ workflow: 'restart' });
    expect(parseReference('restart@1.0.0-rc.1')).toEqual({ workflow: 'restart', version: '1.0.0-rc.1' });
  });

  it('takes @latest as people know it: no version is named', () => {
    expect(parseReference('restart@latest')).toEqual({ workflow: 'restart' });
  });

  it.each(['', '@1.0.0', 'restart@', 'a@1@2'])('refuses %j', (reference) => {
    expect(() => parseReference(reference)).toThrow(usage);
  });
});

describe('parseVersionReference', () => {
  it('takes no workflow without a version', () => {
    expect(parseVersionReference('restart@1.0.0')).toEqual({ workflow: 'restart', version: '1.0.0' });
    expect(() => parseVersionReference('restart')).toThrow(usage);
    expect(() => parseVersionReference('restart@latest')).toThrow(usage);
  });
});

describe('versionPath', () => {
  it('keeps whatever it is given within its place of the path', () => {
    expect(versionPath({ workflow: 'a/../b', version: '1.0.0+x' })).toBe('/v1/workflows/a%2F..%2Fb/versions/1.0.0%2Bx');
  });

  it.each(['.', '..'])('refuses %s, which no encoding keeps in its place', (version) => {
    expect(() => versionPath({ workflow: 'a', version })).toThrow(usage);
    expect(() => versionPath({ workflow: version, version: '1.0.0' })).toThrow(usage);
  });
});
