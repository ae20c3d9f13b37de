import { describe, expect, it } from '@jest/globals';

import { backoffMs } from './backoff.js';

const backoff = { initialMs: 100, factor: 2, capMs: 1000, jitter: 0 };

describe('backoffMs', () => {
  it('grows by the factor up to the cap', () => {
    expect([1, 2, 3, 4, 5, 60].map((n) => backoffMs(backoff, n))).toEqual([100, 200, 400, 800, 1000, 1000]);
  });

  it('takes only the jitter share away', () => {
    const jittered = { ...backoff, jitter: 0.2 };
    expect(backoffMs(jittered, 1, 0, () => 0)).toBe(100);
    expect(backoffMs(jittered, 1, 0, () => 1)).toBe(80);
  });

  it('is never shorter than the target asked for', () => {
    expect(backoffMs(backoff, 1, 5000)).toBe(5000);
  });
});
