import { beforeAll, describe, expect, it } from '@jest/globals';

import { readPackage, WpkError } from '../../src/wpk/index.js';
import { byRule, type Case, isHostile } from './case.js';
import { benignTarballs } from './tarballs.benign.js';
import { hostileTarballs } from './tarballs.js';

const hostile = hostileTarballs();
const benign = benignTarballs();

async function outcomeOf({ bytes }: Case): Promise<WpkError | undefined> {
  try {
    await readPackage(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof WpkError) return error;
    throw error;
  }
}

describe('the corpus of tarballs', () => {
  beforeAll(() => outcomeOf(benign[0]!)); // compiles the schema

  it('holds at least 60 hostile and 10 benign tarballs, no two alike', () => {
    expect(hostile.every(isHostile) && !benign.some(isHostile)).toBe(true);
    expect(new Set(hostile.map(({ bytes }) => bytes.toString('latin1'))).size).toBeGreaterThanOrEqual(60);
    expect(new Set(benign.map(({ bytes }) => bytes.toString('latin1'))).size).toBeGreaterThanOrEqual(10);
  });

  it.each(byRule(hostile))('refuses what breaks the rule: %s', async (_rule, cases) => {
    const mistakes: string[] = [];
    for (const given of cases) {
      const outcome = await outcomeOf(given);
      const [problem] = outcome?.problems ?? [];
      if (outcome?.code !== given.expected) {
        mistakes.push(`${given.name}: ${outcome?.code ?? 'accepted'} ${outcome?.message ?? ''}`);
      } else if (problem?.hint === undefined || /\p{Cc}/u.test(JSON.stringify(problem))) {
        mistakes.push(`${given.name}: ${JSON.stringify(problem)}`);
      }
    }
    expect(mistakes).toEqual([]);
  });

  it.each(benign.map((given) => [given.name, given] as const))('accepts an archive %s', async (_name, given) => {
    expect(await outcomeOf(given)).toBeUndefined();
  });
});
