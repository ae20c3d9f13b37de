import { describe, expect, it } from '@jest/globals';

import { WpkError } from '../wpk.error.js';
import { readYaml } from './yaml.reader.js';

const read = (text: string): unknown => readYaml(Buffer.from(text)).value;

function refusal(input: string | Buffer): WpkError {
  try {
    readYaml(Buffer.from(input));
  } catch (error) {
    if (error instanceof WpkError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('readYaml', () => {
  it('reads every kind of value', () => {
    const text = `a: text\nb: "quoted"\nc: 12\nd: -1.5\ne: true\nf: null\ng:\nh: [1, {x: z}]\ni: |\n  two\n  lines\nj: 0x1F\n`;
    expect(read(text)).toEqual({
      ...{ a: 'text', b: 'quoted', c: 12, d: -1.5, e: true, f: null, g: null },
      ...{ h: [1, { x: 'z' }], i: 'two\nlines\n', j: 31 },
    });
  });

  it('keeps the order of members', () => {
    expect(Object.keys(read('z: 1\na: 2\nm: {k: 1}\n') as object)).toEqual(['z', 'a', 'm']);
  });

  it('tells where each value stands', () => {
    const { source } = readYaml(Buffer.from('a: 1\nb:\n  - x\n  - c/d: 2\n'));
    expect(source.locate('')).toEqual({ line: 1, column: 1 });
    expect(source.locate('/b')).toEqual({ line: 2, column: 1 });
    expect(source.locate('/b/0')).toEqual({ line: 3, column: 5 });
    expect(source.locate('/b/1/c~1d')).toEqual({ line: 4, column: 5 });
    expect(source.locate('/b/1/missing/deeper')).toEqual({ line: 4, column: 5 });
  });

  it('accepts CRLF, comments and a document start', () => {
    expect(read('# c\r\n---\r\na: 1 # d\r\n')).toEqual({ a: 1 });
  });

  it('lets a key be a boolean word, because the format has the member on', () => {
    expect(read('on: [x]\n"y": 1\n')).toEqual({ on: ['x'], y: 1 });
  });

  it.each([
    ['an empty file', ''],
    ['only a comment', '# nothing\n'],
    ['two documents', 'a: 1\n---\nb: 2\n'],
    ['a directive', '%YAML 1.2\n---\na: 1\n'],
    ['an anchor', 'a: &x 1\n'],
    ['an anchor on a map', 'a: &x {b: 1}\n'],
    ['an alias', 'a: &x 1\nb: *x\n'],
    ['an anchor on a key', '&k a: 1\n'],
    ['a merge key', 'a: {b: 1}\n<<: {c: 1}\n'],
    ['a local tag', 'a: !secret x\n'],
    ['a core tag', 'a: !!str 1\n'],
    ['a tag on a list', 'a: !!set [b]\n'],
    ['a duplicate key', 'a: 1\nb: 2\na: 3\n'],
    ['a duplicate key in other quotes', 'a: 1\n"a": 2\n'],
    ['a prototype key', '__proto__: {x: 1}\n'],
    ['a constructor key', 'a: {constructor: 1}\n'],
    ['a list as key', '? [a]\n: 1\n'],
    ['a number as key', '1: a\n'],
    ['a null key', '? \n: 1\n'],
    ['a boolean as key', 'true: a\n'],
    ['a byte order mark', '\ufeffa: 1\n'],
    ['a byte order mark inside', 'a: "x\ufeffy"\n'],
    ['a NUL', 'a: x\u0000\n'],
    ['an escaped NUL', 'a: "\\0"\n'],
    ['a C1 control', 'a: x\u0085y\n'],
    ['an escape character', 'a: "\u001b[31m"\n'],
    ['an escaped lone surrogate', 'a: "\\ud800"\n'],
    ['an integer that a double cannot hold', 'a: 9007199254740993\n'],
    ['a number without end', 'a: 1e999\n'],
    ['infinity', 'a: .inf\n'],
    ['not a number', 'a: .nan\n'],
    ['an open bracket', 'a: [1\n'],
    ['an open quote', 'a: "x\n'],
    ['a tab as indentation', 'a:\n\tb: 1\n'],
    ['a reserved indicator', 'a: @x\n'],
  ])('refuses %s', (_what, text) => {
    expect(refusal(text)).toMatchObject({ code: 'WPK.MALFORMED' });
  });

  it.each([
    'y',
    'No',
    'ON',
    'off',
    '017',
    '0o17',
    '0b11',
    '1_000',
    '1:30',
    '12:30:45',
    '2024-01-01',
    '1e5',
    '1e+5',
    '=',
  ])('asks to quote the plain value %s', (value) => {
    expect(refusal(`a: ${value}\n`).problems[0]).toMatchObject({
      pointer: '/a',
      line: 1,
      column: 4,
      hint: 'Quote this value.',
    });
    expect(read(`a: '${value}'\n`)).toEqual({ a: value });
  });

  it.each([
    'true',
    '0',
    '10',
    '-3',
    '1.10',
    '1.5e+3',
    '0x10',
    'norway',
    'yesterday',
    '1.2.3',
    '10s',
    'v1',
    'one_two',
    'a:b',
    '5_a',
  ])('takes the plain value %s', (value) => {
    expect(() => read(`a: ${value}\n`)).not.toThrow();
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(refusal(Buffer.from([0x61, 0x3a, 0x20, 0xff, 0x0a]))).toMatchObject({ code: 'WPK.MALFORMED' });
  });

  it.each([
    ['bytes', Buffer.alloc(1024 * 1024 + 1, 'a')],
    ['brackets', '['.repeat(100_000)],
    ['braces', '{a: '.repeat(50_000)],
    ['dashes', '- '.repeat(1_000)],
    ['complex keys', '? '.repeat(1_000)],
    ['indentation', Array.from({ length: 80 }, (_, i) => `${' '.repeat(i)}a:\n`).join('')],
    ['keys', Array.from({ length: 60_000 }, (_, i) => `k${i}: 1`).join('\n')],
    ['items', `a: [${'1,'.repeat(30_000)}1]`],
    ['comments', '# c\n'.repeat(200_000)],
    ['a text', `a: "${'x'.repeat(300_000)}"`],
    ['a key', `${'k'.repeat(300)}: 1`],
  ])('refuses too much of %s', (_what, text) => {
    expect(refusal(text)).toMatchObject({ code: 'WPK.TOO_LARGE' });
  });

  it('goes as deep as 64 levels and no deeper', () => {
    expect(() => read(`${'['.repeat(63)}1${']'.repeat(63)}`)).not.toThrow();
    expect(refusal(`${'['.repeat(64)}1${']'.repeat(64)}`)).toMatchObject({ code: 'WPK.TOO_LARGE' });
  });

  it('refuses thousands of open sequences in one line', () => {
    expect(refusal('- '.repeat(3000))).toMatchObject({ code: 'WPK.TOO_LARGE' });
    expect(refusal('? '.repeat(3000))).toMatchObject({ code: 'WPK.TOO_LARGE' });
  });

  it('gives back what was written, for any JSON', () => {
    const random = generator(42);
    for (let round = 0; round < 200; round++) {
      const value = { root: anyJson(random, 0) };
      expect(read(JSON.stringify(value))).toEqual(value);
    }
  });
});

function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

function anyJson(random: () => number, depth: number): unknown {
  const pick = Math.floor(random() * (depth > 4 ? 5 : 7));
  const size = Math.floor(random() * 5);
  if (pick === 0) return null;
  if (pick === 1) return random() < 0.5;
  if (pick === 2) return Math.floor((random() - 0.5) * 2 ** 53);
  if (pick === 3) return Math.round(random() * 1e6) / 1e3;
  if (pick === 4) {
    return Array.from({ length: size * 3 }, () => 'aé😀"\\\n: #-[]{}&*!|>%@'.charAt(Math.floor(random() * 22)))
      .join('')
      .replace(/\p{Surrogate}/gu, '');
  }
  if (pick === 5) return Array.from({ length: size }, () => anyJson(random, depth + 1));
  return Object.fromEntries(Array.from({ length: size }, (_, i) => [`k${i}`, anyJson(random, depth + 1)]));
}
