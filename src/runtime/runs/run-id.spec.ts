import { describe, expect, it } from '@jest/globals';
import { v7 as uuid, validate, version } from 'uuid';

import { lowestId } from './run-id.js';

describe(lowestId.name, () => {
  it.each([1, Date.UTC(2026, 10, 26), 2 ** 48 - 1])(
    'is not above an id of millisecond %d, and above one before it',
    (at) => {
      const lowest = lowestId(new Date(Math.min(at, 8.64e15)));
      expect([validate(lowest), version(lowest)]).toEqual([true, 7]);
      for (let i = 0; i < 20; i++) {
        expect(uuid({ msecs: at }) >= lowest).toBe(true);
        expect(uuid({ msecs: at - 1 }) < lowest).toBe(true);
      }
    },
  );
});
