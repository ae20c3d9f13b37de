import { describe, expect, it } from '@jest/globals';

import { formatDuration } from './column.js';

describe(formatDuration, () => {
  // The limits at which kubectl changes units.
  it.each([
    [-5, '0s'],
    [119, '119s'],
    [120, '2m'],
    [433, '7m13s'],
    [600, '10m'],
    [10_799, '179m'],
    [10_800, '3h'],
    [11_100, '3h5m'],
    [28_800, '8h'],
    [172_800, '2d'],
    [180_000, '2d2h'],
    [691_200, '8d'],
  ])('prints %i seconds as %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});
