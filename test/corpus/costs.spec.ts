import { beforeAll, describe, expect, it } from '@jest/globals';

import { readJson, readPackage, readYaml, WpkError } from '../../src/wpk/index.js';
import { JSON_COSTS, YAML_COSTS } from './costs.js';
import { PACKAGE_COSTS, PACKAGE_MEBIBYTES } from './costs.packages.js';
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

/** Reads, however it ends; fails on a message that repeats the document. */
async function expectBrevity(read: () => unknown): Promise<void> {
  const value = await refusalOf(read);
  expect((value?.message ?? '').length).toBeLessThanOrEqual(1_100);
  expect(value?.message ?? '').not.toMatch(/\p{Cc}/u);
}

/** What each costs is measured by `npm run bench -- corpus`, in a process that does nothing else. */
describe('a mebibyte of one thing', () => {
  beforeAll(() => readPackage(Buffer.from(writeDocument(seedTree, 'block').text))); // compiles what is compiled once

  it.each(Object.entries(YAML_COSTS))('is decided briefly as YAML: %s', async (_name, text) => {
    await expectBrevity(() => readYaml(Buffer.from(text)));
  });

  it.each(Object.entries(JSON_COSTS))('is decided briefly as JSON: %s', async (_name, text) => {
    await expectBrevity(() => readJson(Buffer.from(text)));
  });

  it.each(PACKAGE_MEBIBYTES)('is refused as a package: %s', async (_name, change) => {
    const bytes = Buffer.from(JSON.stringify({ ...SEED, ...change }));
    expect((await refusalOf(() => readPackage(bytes)))?.code).toBe('WPK.SCHEMA');
  });
});

describe('a package that asks for much', () => {
  beforeAll(() => readPackage(Buffer.from(writeDocument(seedTree, 'block').text)));

  it.each(PACKAGE_COSTS)('is decided: %s', async (_name, decision, change) => {
    const bytes = Buffer.from(JSON.stringify({ ...SEED, ...change }));
    expect((await refusalOf(() => readPackage(bytes)))?.code ?? 'accepted').toBe(decision);
  });
});
