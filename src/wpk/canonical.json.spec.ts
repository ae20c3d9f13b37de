import { describe, expect, it } from '@jest/globals';

import { canonicalJson } from './canonical.json.js';
import { readJson } from './reader/json.reader.js';

const malformed = expect.objectContaining({ name: 'WpkError', code: 'WPK.MALFORMED' });

/** Numbers that are the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('canonicalJson', () => {
  it.each<[string, unknown, string]>([
    [
      'members by UTF-16 code units',
      { '\u{1f600}': 1, '\ufb33': 2, '\u00e9': 3, a: 4, B: 5 },
      '{"B":5,"a":4,"\u00e9":3,"\u{1f600}":1,"\ufb33":2}',
    ],
    ['numbers as JavaScript writes them', [1e21, 1e-7, 4.5, -0, 100, 0.1], '[1e+21,1e-7,4.5,0,100,0.1]'],
    ['the largest exact integers', [2 ** 53 - 1, 1 - 2 ** 53], '[9007199254740991,-9007199254740991]'],
    [
      'short escapes, and nothing escaped without need',
      '\b\t\n\f\r"\\/\u0001\u007fé',
      '"\\b\\t\\n\\f\\r\\"\\\\/\\u0001\u007fé"',
    ],
    ['no Unicode normalisation', ['\u00e9', 'e\u0301'], '["\u00e9","e\u0301"]'],
    ['literals', [null, true, false], '[null,true,false]'],
    ['what holds nothing', { list: [], object: {} }, '{"list":[],"object":{}}'],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }) as unknown, '{"a":1}'],
    ['a member called __proto__', JSON.parse('{"__proto__":1,"a":2}') as unknown, '{"__proto__":1,"a":2}'],
  ])('writes %s', (_, value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it('gives one text for one value, whatever the order of its members, and that text means the value', () => {
    const random = seeded(8785);
    const pick = (limit: number): number => Math.floor(random() * limit);
    const name = (): string => String.fromCodePoint(...Array.from({ length: pick(4) }, () => 32 + pick(0xd000)));
    const make = (depth: number): unknown => {
      if (depth === 0 || random() < 0.3) return [pick(1000), random(), name(), null, random() < 0.5][pick(5)];
      const items = Array.from({ length: pick(5) }, () => [name(), make(depth - 1)] as const);
      return random() < 0.5 ? items.map(([, item]) => item) : Object.fromEntries(items);
    };
    const turned = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(turned);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, item]) => [key, turned(item)]),
      );
    };
    for (let round = 0; round < 500; round++) {
      const value = make(4);
      const text = canonicalJson(value);
      expect(canonicalJson(turned(value))).toBe(text);
      expect(JSON.parse(text)).toEqual(value);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }
  });

  const itself: Record<string, unknown> = {};
  itself['member'] = itself;
  it.each<[string, unknown]>([
    ['NaN', Number.NaN],
    ['Infinity', [-Infinity]],
    ['an integer beyond the safe range', { a: 2 ** 53 }],
    ['a negative integer beyond the safe range', { a: -(2 ** 53) }],
    ['the largest integer that is written in digits', 999_999_999_999_999_900_000],
    ['a BigInt', [1n]],
    ['undefined', undefined],
    ['a member that is undefined', { a: undefined }],
    ['an item that is undefined', [undefined]],
    ['a hole in a list', Array(1)],
    ['a symbol', [Symbol('a')]],
    ['a function', [() => 1]],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['bytes', Buffer.from('a')],
    ['an object that writes itself', { toJSON: () => 1 }],
    ['half a surrogate pair', ['\ud800']],
    ['the other half', ['a\udc00']],
    ['a member name with half a surrogate pair', { '\ud800': 1 }],
    ['a value that contains itself', itself],
    ['a list of a hundred thousand levels', JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)],
  ])('refuses %s', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(malformed);
  });

  it('has no two texts of one canonical form that the strict reader lets in, for numbers it would round', () => {
    for (const text of ['9007199254740993', '1E30', '1000000000000000000000000000001', '1e400']) {
      expect(() => readJson(Buffer.from(text))).toThrow(malformed);
    }
  });
});
