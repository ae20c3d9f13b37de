import { beforeAll, describe, expect, it } from '@jest/globals';

import { readJson, readPackage, readYaml, WpkError } from '../../src/wpk/index.js';
import { timed } from './case.js';
import { JSON_COSTS, YAML_COSTS } from './costs.js';
import { PACKAGE_COSTS } from './costs.packages.js';
import { writeDocument } from './document.writer.js';
import { SEED, seedTree } from './seed.js';

async function refusalOf(read: () => unknown): Promise<WpkError | undefined> {
  try {
    await read();
    return undefined;
  } catch (error) {
    if (error instanceof WpkError) return error;
    throw error;
  }
}

/** Reads, however it ends; fails on a second of CPU, and on a message that repeats the document. */
async function expectQuick(read: () => unknown): Promise<void> {
  const { seconds, value } = await timed(() => refusalOf(read));
  expect(seconds).toBeLessThan(1);
  expect((value?.message ?? '').length).toBeLessThanOrEqual(1_100);
  expect(value?.message ?? '').not.toMatch(/\p{Cc}/u);
}

describe('a mebibyte of one thing', () => {
  beforeAll(() => readPackage(Buffer.from(writeDocument(seedTree, 'block').text))); // compiles what is compiled once

  it.each(Object.entries(YAML_COSTS))('costs less than a second as YAML: %s', async (_name, text) => {
    await expectQuick(() => readYaml(Buffer.from(text)));
  });

  it.each(Object.entries(JSON_COSTS))('costs less than a second as JSON: %s', async (_name, text) => {
    await expectQuick(() => readJson(Buffer.from(text)));
  });

  it.each<[string, object]>([
    ['members that nobody knows', Object.fromEntries(Array.from({ length: 9_000 }, (_, at) => [`k${at}`, at]))],
    ['tags', { metadata: { ...SEED.metadata, tags: Array.from({ length: 15_000 }, (_, at) => `t${at}`) } }],
    ['hosts', { spec: { ...SEED.spec, egress: Array.from({ length: 15_000 }, (_, at) => `h${at}.example.com`) } }],
    [
      'steps',
      { spec: { steps: Array.from({ length: 3_800 }, (_, at) => ({ name: `s${at}`, uses: 'later/action' })) } },
    ],
    [
      'steps of one name',
      { spec: { steps: Array.from({ length: 3_800 }, () => ({ name: 's', uses: 'later/action' })) } },
    ],
    [
      'outputs',
      { spec: { ...SEED.spec, outputs: Object.fromEntries(Array.from({ length: 9_000 }, (_, at) => [`o${at}`, 1])) } },
    ],
    [
      'permissions',
      { spec: { ...SEED.spec, permissions: Array.from({ length: 3_800 }, () => ({ verbs: ['get', 'get'] })) } },
    ],
  ])('is refused as a package in less than a second: %s', async (_name, change) => {
    const bytes = Buffer.from(JSON.stringify({ ...SEED, ...change }));
    const { seconds, value } = await timed(() => refusalOf(() => readPackage(bytes)));
    expect([value?.code, seconds < 1, seconds]).toEqual(['WPK.SCHEMA', true, seconds]);
  });
});

describe('a package that asks for much', () => {
  beforeAll(() => readPackage(Buffer.from(writeDocument(seedTree, 'block').text)));

  it.each(PACKAGE_COSTS)('is decided in less than a second: %s', async (_name, decision, change) => {
    const bytes = Buffer.from(JSON.stringify({ ...SEED, ...change }));
    const { seconds, value } = await timed(() => refusalOf(() => readPackage(bytes)));
    expect([value?.code ?? 'accepted', seconds < 1, seconds]).toEqual([decision, true, seconds]);
  });
});
