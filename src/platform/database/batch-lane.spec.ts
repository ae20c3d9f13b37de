import { describe, expect, it } from '@jest/globals';

import { BatchLane } from './batch-lane.js';

const refused = Object.assign(new Error('invalid input'), { code: '22P05' });
const disconnected = Object.assign(new Error('gone'), { code: 'ECONNRESET' });

function setup(flush: (items: readonly number[]) => Promise<readonly number[]>, maxBatch?: number) {
  const batches: number[][] = [];
  const lane = new BatchLane<number, number>(async (items) => {
    batches.push([...items]);
    return flush(items);
  }, maxBatch);
  return { batches, lane };
}

const double = (items: readonly number[]): Promise<readonly number[]> =>
  new Promise((resolve) => setImmediate(() => resolve(items.map((n) => n * 2))));

describe(BatchLane.name, () => {
  it('gives every caller the result of its own item', async () => {
    const { lane } = setup(double);
    await expect(Promise.all([1, 2, 3].map((n) => lane.add(n)))).resolves.toEqual([2, 4, 6]);
  });

  it('sends what arrives during a flush together in the next one', async () => {
    const { batches, lane } = setup(double);
    const first = lane.add(1);
    await Promise.resolve();
    await Promise.resolve();
    await Promise.all([first, lane.add(2), lane.add(3)]);
    expect(batches).toEqual([[1], [2, 3]]);
  });

  it('keeps a batch below its bound', async () => {
    const { batches, lane } = setup(double, 2);
    await Promise.all([1, 2, 3, 4, 5].map((n) => lane.add(n)));
    expect(batches.map((b) => b.length)).toEqual([2, 2, 1]);
  });

  it('lets one bad item fail alone', async () => {
    const { lane } = setup((items) => (items.includes(2) ? Promise.reject(refused) : double(items)));
    const results = await Promise.allSettled([1, 2, 3].map((n) => lane.add(n)));
    expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('fails a whole batch when the connection is lost, and works on afterwards', async () => {
    let down = true;
    const { batches, lane } = setup((items) => (down ? Promise.reject(disconnected) : double(items)));
    const results = await Promise.allSettled([1, 2].map((n) => lane.add(n)));
    expect(results.map((r) => r.status)).toEqual(['rejected', 'rejected']);
    expect(batches).toHaveLength(1);
    down = false;
    await expect(lane.add(4)).resolves.toBe(8);
  });
});
