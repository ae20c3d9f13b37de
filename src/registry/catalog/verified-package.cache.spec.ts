import { describe, expect, it, jest } from '@jest/globals';

import { MAX_AGE_MS, VerifiedPackageCache } from './verified-package.cache.js';

function setup(maxBytes = 100) {
  const clock = { now: 0 };
  const cache = new VerifiedPackageCache<number>(
    (size) => size,
    () => clock.now,
    maxBytes,
  );
  const find = jest.fn((value: number) => Promise.resolve(value));
  const get = (key: string, value = 1) => cache.get(key, () => find(value));
  return { clock, find, get, cache };
}

describe(VerifiedPackageCache.name, () => {
  it('finds once what is asked for often, also at the same time', async () => {
    const { find, get } = setup();
    await Promise.all([get('a'), get('a')]);
    await get('a');
    expect(find).toHaveBeenCalledTimes(1);
  });

  it('finds again after five minutes, however often it was asked for', async () => {
    const { clock, find, get } = setup();
    await get('a');
    clock.now = MAX_AGE_MS - 1;
    await get('a');
    clock.now = MAX_AGE_MS;
    await get('a');
    expect(find).toHaveBeenCalledTimes(2);
  });

  it('does not keep a failure', async () => {
    const { cache, get } = setup();
    await expect(cache.get('a', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    await expect(get('a', 2)).resolves.toBe(2);
  });

  it('lets the least recently used go when the bytes are too many', async () => {
    const { find, get } = setup(10);
    await get('a', 5);
    await get('b', 5);
    await get('a');
    await get('c', 5);
    expect(find).toHaveBeenCalledTimes(3);
    await get('a');
    expect(find).toHaveBeenCalledTimes(3);
    await get('b');
    expect(find).toHaveBeenCalledTimes(4);
  });

  it('does not keep what is larger than all of it', async () => {
    const { find, get } = setup(10);
    await get('a', 11);
    await get('a', 11);
    expect(find).toHaveBeenCalledTimes(2);
  });

  it('keeps at most 500', async () => {
    const { find, get } = setup(10_000);
    for (let i = 0; i <= 500; i++) await get(`key-${i}`);
    await get('key-500');
    expect(find).toHaveBeenCalledTimes(501);
    await get('key-0');
    expect(find).toHaveBeenCalledTimes(502);
  });
});
