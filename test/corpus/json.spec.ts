import { describe, expect, it } from '@jest/globals';

import { readJson, WpkError } from '../../src/wpk/index.js';
import { Random } from '../fuzz/mutations.js';
import { byRule, type Case } from './case.js';
import { BENIGN_JSON, hostileJson } from './json.documents.js';

const hostile = hostileJson();

function outcomeOf(bytes: Buffer): unknown {
  try {
    return readJson(bytes).value;
  } catch (error) {
    if (error instanceof WpkError) return error;
    throw error;
  }
}

function mistake(given: Case, outcome: unknown): string | undefined {
  if (!(outcome instanceof WpkError)) return 'it was accepted';
  const { pointer, line, column, hint, detail } = outcome.problems[0]!;
  if (outcome.code !== given.expected) return `${outcome.code}: ${detail}`;
  if (given.pointer !== undefined && pointer !== given.pointer) return `pointer '${pointer}': ${detail}`;
  if (!given.isPlaceless && !((line ?? 0) >= 1 && (column ?? 0) >= 1)) return `nowhere: ${detail}`;
  const isThere = given.line === undefined || (line === given.line && column === given.column);
  if (!isThere) return `${line ?? '?'}:${column ?? '?'}, not ${given.line ?? '?'}:${given.column ?? '?'}: ${detail}`;
  return hint === undefined || /\p{Cc}/u.test(outcome.message)
    ? `no hint, or control characters: ${detail}`
    : undefined;
}

describe('the corpus of JSON', () => {
  it('holds at least 200 hostile documents, no two alike', () => {
    expect(new Set(hostile.map(({ bytes }) => bytes.toString('latin1'))).size).toBeGreaterThanOrEqual(200);
  });

  it.each(byRule(hostile))('refuses what breaks the rule: %s', (_rule, cases) => {
    const mistakes: string[] = [];
    for (const given of cases) {
      const found = mistake(given, outcomeOf(given.bytes));
      if (found !== undefined) mistakes.push(`${given.name}: ${found}`);
    }
    expect(mistakes).toEqual([]);
  });

  it.each(BENIGN_JSON.map((text) => [text.slice(0, 40), text]))('reads %s as JSON.parse does', (_name, text) => {
    expect(outcomeOf(Buffer.from(text))).toEqual(JSON.parse(text));
  });

  it('takes no text that JSON.parse does not take, and reads what it takes as JSON.parse does', () => {
    const random = new Random(7);
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"',
      '\\',
      ' ',
      '\n',
      '0',
      '1',
      'e',
      '.',
      '-',
      '+',
      'x',
      '"a"',
      '"b"',
      'true',
      'null',
      '12',
      '\\u0041',
      '{"a":',
      '[1,',
      '],',
    ];
    let accepted = 0;
    for (let round = 0; round < 30_000; round++) {
      const seed = random.pick(['{"a":[1,"b",{"c":null}],"d":-1.5e3}', '[[],{},"",0]', '{"a":{"b":"c\\n"}}']);
      const at = random.below(seed.length);
      const text = seed.slice(0, at) + random.pick(pieces) + seed.slice(at + random.below(3));
      const outcome = outcomeOf(Buffer.from(text));
      if (outcome instanceof WpkError) continue;
      accepted += 1;
      expect(outcome).toEqual(JSON.parse(text));
    }
    expect(accepted).toBeGreaterThan(1_000);
  });
});
