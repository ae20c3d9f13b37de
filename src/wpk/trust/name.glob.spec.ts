import { describe, expect, it } from '@jest/globals';

import { compileNameGlob } from './name.glob.js';

describe('compileNameGlob', () => {
  it.each([
    ['team-a', 'team-a', true],
    ['team-a', 'team-ab', false],
    ['team-a', 'xteam-a', false],
    ['*', '', true],
    ['*', 'anything', true],
    ['team-*', 'team-', true],
    ['team-*', 'team', false],
    ['*-prod', 'web-prod', true],
    ['*-prod', 'web-prod-2', false],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c', false],
    ['*a*', 'bab', true],
    ['*ab*b', 'ab', false],
    ['.', 'x', false],
  ])('%s and %s: %s', (glob, name, matches) => {
    expect(compileNameGlob(glob)(name)).toBe(matches);
  });

  it('does not take longer for many stars', () => {
    expect(compileNameGlob(`${'*a'.repeat(500)}b`)('a'.repeat(5000))).toBe(false);
  });
});
