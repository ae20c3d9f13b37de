import { beforeAll, describe, expect, it } from '@jest/globals';

import { type PackageFile, readPackage, WpkError } from '../../src/wpk/index.js';
import { byRule, type Case, isHostile, valueAt } from './case.js';
import { type StyleName, STYLES, writeDocument } from './document.writer.js';
import { benignDocuments } from './documents.benign.js';
import { hostileDocuments } from './documents.js';
import { SEED, seedTree } from './seed.js';

const hostile = hostileDocuments();
const benign = benignDocuments();
const CONTROL = /\p{Cc}/u;

async function outcomeOf({ bytes }: Case): Promise<PackageFile | WpkError> {
  try {
    return await readPackage(bytes);
  } catch (error) {
    if (error instanceof WpkError) return error;
    throw error;
  }
}

/** What is wrong with the decision about a hostile document; undefined when it is right. */
function mistake(given: Case, outcome: PackageFile | WpkError): string | undefined {
  if (!(outcome instanceof WpkError)) return 'it was accepted';
  const [problem] = outcome.problems;
  if (outcome.code !== given.expected || !problem) return `${outcome.code}: ${outcome.message}`;
  const { pointer, line, column, hint, detail } = problem;
  if (!given.isPlaceless && !((line ?? 0) >= 1 && (column ?? 0) >= 1)) return `nowhere: ${detail}`;
  if (given.line !== undefined && line !== given.line) return `line ${line ?? '?'}, not ${given.line}: ${detail}`;
  if (given.column !== undefined && column !== given.column) {
    return `column ${column ?? '?'}, not ${given.column}: ${detail}`;
  }
  if (given.pointer !== undefined && pointer !== given.pointer) return `pointer '${pointer}': ${detail}`;
  if (given.hint !== undefined && !hint?.startsWith(given.hint)) return `hint '${hint ?? ''}': ${detail}`;
  if (outcome.code !== 'WPK.SCHEMA' && hint === undefined) return `no hint: ${detail}`;
  return CONTROL.test(outcome.message + JSON.stringify(outcome.problems)) ? `control characters: ${detail}` : undefined;
}

describe('the corpus of documents', () => {
  beforeAll(() => readPackage(Buffer.from(writeDocument(seedTree, 'block').text))); // compiles the schema

  it('holds at least 400 hostile and 60 benign documents, no two alike', () => {
    expect(hostile.every(isHostile) && !benign.some(isHostile)).toBe(true);
    expect(new Set(hostile.map(({ bytes }) => bytes.toString('latin1'))).size).toBeGreaterThanOrEqual(400);
    expect(new Set(benign.map(({ bytes }) => bytes.toString('latin1'))).size).toBeGreaterThanOrEqual(60);
  });

  it.each((Object.keys(STYLES) as StyleName[]).map((style) => [style]))(
    'reads the seed in the style %s',
    async (style) => {
      expect((await readPackage(Buffer.from(writeDocument(seedTree, style).text))).document).toEqual(SEED);
    },
  );

  it.each(byRule(hostile))('refuses what breaks the rule: %s', async (_rule, cases) => {
    const mistakes: string[] = [];
    for (const given of cases) {
      const found = mistake(given, await outcomeOf(given));
      if (found !== undefined) mistakes.push(`${given.name}: ${found}`);
    }
    expect(mistakes).toEqual([]);
  });

  it.each(byRule(benign))('accepts what only looks like it: %s', async (_rule, cases) => {
    for (const given of cases) {
      const value = await outcomeOf(given);
      if (value instanceof WpkError) throw new Error(`${given.name}: ${value.message}`);
      const read = given.reads && valueAt(value.document, given.reads.pointer);
      expect([given.name, read]).toEqual([given.name, given.reads?.value]);
    }
  });
});
