import { describe, expect, it } from '@jest/globals';

import { readPackage, WpkError } from '../../src/wpk/index.js';
import { ARCHIVE_MUTATIONS, BYTE_MUTATIONS, type Mutation, Random, YAML_MUTATIONS } from '../fuzz/mutations.js';
import { type StyleName, STYLES, writeDocument } from './document.writer.js';
import { seedTree } from './seed.js';
import { tgzOf } from './tar.writer.js';
import { yaml } from './tarball.case.js';

/** Mutates one or more times and reads; fails on any end but a package or a WpkError. Says how often it read and refused. */
async function fuzz(seeds: readonly Buffer[], mutations: readonly Mutation[], rounds: number, most: number) {
  const random = new Random(20_261_126);
  const counts = { read: 0, refused: 0 };
  for (let round = 0; round < rounds; round++) {
    let bytes = random.pick(seeds);
    for (let times = random.below(most); times >= 0; times--) bytes = random.pick(mutations)(bytes, random);
    const value = await readPackage(bytes).catch((error: unknown) => error);
    const isRefusal = value instanceof WpkError;
    if (value instanceof Error && !isRefusal) throw new Error(`round ${round}`, { cause: value });
    counts[isRefusal ? 'refused' : 'read'] += 1;
  }
  return counts;
}

describe('readPackage', () => {
  it('ends every mutated document with a package or a WpkError', async () => {
    const seeds = (Object.keys(STYLES) as StyleName[]).map((style) => Buffer.from(writeDocument(seedTree, style).text));
    const { read, refused } = await fuzz(seeds, [...YAML_MUTATIONS, ...YAML_MUTATIONS, ...BYTE_MUTATIONS], 3_000, 3);
    expect(read).toBeGreaterThan(10);
    expect(refused).toBeGreaterThan(200);
  });

  it('ends every mutated archive with a package or a WpkError', async () => {
    const seed = tgzOf(yaml, { name: 'tests/', type: '5' }, { name: 'tests/a', body: 'x'.repeat(700) });
    const { read, refused } = await fuzz([seed], ARCHIVE_MUTATIONS, 1_500, 1);
    expect(read).toBeGreaterThan(2);
    expect(refused).toBeGreaterThan(100);
  });
});
