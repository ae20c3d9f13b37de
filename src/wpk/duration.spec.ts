import { describe, expect, it } from '@jest/globals';

import { parseDurationMs } from './duration.js';

describe('parseDurationMs', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['1h30m', 5_400_000],
    ['5m5ms', 300_005],
    ['0s', 0],
  ])('reads %s', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  it.each(['', '5', '5d', '-5s', '1.5s', '5 s', 's', '1h ', '1e3s', '1s'.repeat(5), '9999999999s'])(
    'does not read %j',
    (text) => {
      expect(parseDurationMs(text)).toBeUndefined();
    },
  );
});
