import { describe, expect, it } from '@jest/globals';

import { toStorableJson } from './json.js';

describe('toStorableJson', () => {
  it('replaces what PostgreSQL refuses', () => {
    expect(JSON.parse(toStorableJson({ log: 'a\0b', half: '\ud83d!', whole: '👍' }))).toEqual({
      log: 'a\ufffdb',
      half: '\ufffd!',
      whole: '👍',
    });
  });

  it('replaces it in the names of members too', () => {
    expect(JSON.parse(toStorableJson([{ 'a\0': { '\ud83d': 1 } }]))).toEqual([{ 'a\ufffd': { '\ufffd': 1 } }]);
  });
});
