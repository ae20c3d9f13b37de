import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { WatchedFile } from './watched-file.js';

let folder: string;
let file: string;
const clock = { now: 0 };

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'atom-watched-'));
  file = path.join(folder, 'trust.yaml');
  await writeFile(file, 'one');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** As a ConfigMap is replaced: another file under the same name. */
async function replace(text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
  clock.now += 1000;
}

describe(WatchedFile.name, () => {
  const make = jest.fn((bytes: Buffer) => bytes.toString());
  const watched = () => new WatchedFile(file, make, () => clock.now);

  it('reads once what does not change', async () => {
    make.mockClear();
    const it = watched();
    expect(await Promise.all([it.value(), it.value()])).toEqual(['one', 'one']);
    clock.now += 5000;
    expect(await it.value()).toBe('one');
    expect(make.mock.calls.length).toBeLessThanOrEqual(2);
  });

  it('sees that the file was replaced', async () => {
    const it = watched();
    await it.value();
    await replace('two');
    expect(await it.value()).toBe('two');
  });

  it('says that the file is gone, and sees it again when it is back', async () => {
    const it = watched();
    await it.value();
    await rm(file);
    clock.now += 1000;
    await expect(it.value()).rejects.toThrow('ENOENT');
    await replace('back');
    expect(await it.value()).toBe('back');
  });

  it('says what is wrong with the content for as long as it is wrong', async () => {
    const it = new WatchedFile(
      file,
      (bytes) => {
        if (bytes.toString() !== 'two') throw new Error('not two');
        return 2;
      },
      () => clock.now,
    );
    await expect(it.value()).rejects.toThrow('not two');
    await expect(it.value()).rejects.toThrow('not two');
    await replace('two');
    expect(await it.value()).toBe(2);
  });
});
