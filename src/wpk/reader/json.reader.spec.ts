import { describe, expect, it } from '@jest/globals';

import { readJson } from './json.reader.js';

const read = (text: string): unknown => readJson(Buffer.from(text)).value;
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

describe('readJson', () => {
  it.each([
    '{}',
    '[]',
    '"x"',
    '1',
    'null',
    ' {"a" : [1, {"b": "c"}, "d"] , "e": {"": "x"}}\n',
    '{"a":"b:c","d":"{\\"a\\":1}"}',
  ])('reads %s as JSON.parse does', (text) => {
    expect(read(text)).toEqual(JSON.parse(text));
  });

  it('tells where each value stands', () => {
    const { source } = readJson(Buffer.from('{\n  "a": [1,\n  {"b": 2}]\n}'));
    expect(source.locate('/a')).toEqual({ line: 2, column: 3 });
    expect(source.locate('/a/1')).toEqual({ line: 3, column: 3 });
    expect(source.locate('/a/1/b')).toEqual({ line: 3, column: 4 });
  });

  it.each([
    ['no JSON', '{'],
    ['nothing', ''],
    ['a trailing comma', '[1,]'],
    ['a comment', '{} // x'],
    ['a duplicate member', '{"a":1,"b":2,"a":3}'],
    ['a duplicate member written in another way', '{"a":1,"\\u0061":2}'],
    ['a duplicate member further down', '{"x":[{"a":{},"a":1}]}'],
    ['a duplicate empty member', '{"":1,"":2}'],
    ['a prototype member', '{"__proto__":{}}'],
    ['an escaped prototype member', '{"\\u005f_proto__":{}}'],
    ['a lone surrogate', '["\\ud800"]'],
    ['an integer that a double cannot hold', '[9007199254740993]'],
    ['a number without end', '[1e999]'],
    ['a byte order mark', '\ufeff{}'],
  ])('refuses %s', (_what, text) => {
    expect(() => read(text)).toThrow(code('WPK.MALFORMED'));
  });

  it('does not take the same name in two objects for a duplicate', () => {
    expect(read('{"a":{"a":1},"b":[{"a":1},{"a":2}]}')).toEqual({ a: { a: 1 }, b: [{ a: 1 }, { a: 2 }] });
  });

  it.each([
    ['levels', '['.repeat(100) + ']'.repeat(100)],
    ['values', `[${'1,'.repeat(20_000)}1]`],
    ['bytes', `"${'x'.repeat(1024 * 1024)}"`],
  ])('refuses too many %s', (_what, text) => {
    expect(() => read(text)).toThrow(code('WPK.TOO_LARGE'));
  });

  it('takes a long text', () => {
    const text = 'a\\"'.repeat(100_000);
    expect(read(`{"a":"${text}"}`)).toEqual({ a: 'a"'.repeat(100_000) });
  });
});
