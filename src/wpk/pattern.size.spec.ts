import { describe, expect, it } from '@jest/globals';
import { RE2JS } from 're2js';

import { patternSize } from './pattern.size.js';

const PIECES = [
  ...[
    'a',
    '.',
    '^',
    '$',
    '\\d',
    '\\b',
    '\\.',
    '\\{',
    '\\(',
    '\\)',
    '[)]',
    '[(]',
    '[]a(]',
    '[^]a)]',
    '[a\\](]',
    '{',
    '}',
  ],
  ...[
    '[[:alpha:](]',
    '[a-z]',
    '\\pL',
    '\\p{Greek}',
    '\\x{10FFFF}',
    '\\Q(\\E',
    '\\Q){9}\\E',
    '(a)',
    '(?:a|b)',
    '(|a)',
    '()',
  ],
  ...[
    '(',
    '(?:',
    '(?i)',
    '(?P<n>',
    ')',
    ')',
    '|',
    '*',
    '+',
    '?',
    '{2}',
    '{0,7}',
    '{3,}',
    '{1,30}',
    '😀',
    '\\C',
    '(?i:k)',
  ],
];

describe('patternSize', () => {
  it.each([
    ['(a{30}){30}'],
    ['(a{1,900})'],
    ['(){0,1000}'],
    ['(|a|b){1,900}'],
    ['(a?){900}'],
    ['(a*)*'.repeat(200)],
    ['a{1,900}'.repeat(20)],
    ['(?:[)]\\)\\Q)\\E){900}'],
    ['[[:alpha:]]{0,900}'],
    ['(?i)\\pL{900}'],
    ['a{1,30}(?i){1,30}'],
    ['(abcdef)+(?i){30}'],
  ])('is not smaller than the program of %s', (pattern) => {
    expect(patternSize(pattern)).toBeGreaterThanOrEqual(RE2JS.compile(pattern).programSize());
  });

  it('is not smaller than the program of any pattern', () => {
    let state = 20_261_126;
    const below = (count: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) % count;
    };
    let compiled = 0;
    for (let round = 0; round < 5_000; round += 1) {
      const pattern = Array.from({ length: 2 + below(10) }, () => PIECES[below(PIECES.length)]).join('');
      const program = programSize(pattern);
      if (program === undefined) continue;
      compiled += 1;
      if (patternSize(pattern) < program) expect([pattern, patternSize(pattern)]).toEqual([pattern, program]);
    }
    expect(compiled).toBeGreaterThan(1_000);
  });

  it.each([
    ['^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$', 300],
    ['^[a-z0-9]([-a-z0-9]{0,251}[a-z0-9])?$', 1_000],
    ['^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$', 200],
    ['^(\\d{1,3}\\.){3}\\d{1,3}$', 100],
  ])('is small for a pattern of every day, %s', (pattern, most) => {
    expect(patternSize(pattern)).toBeLessThan(most);
  });
});

function programSize(pattern: string): number | undefined {
  try {
    return RE2JS.compile(pattern).programSize();
  } catch {
    return undefined; // no RE2
  }
}
