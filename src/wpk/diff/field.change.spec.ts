import { describe, expect, it } from '@jest/globals';

import { diffFields } from './field.change.js';

describe(diffFields.name, () => {
  it('names the leaves that differ', () => {
    const before = { spec: { replicas: 2, paused: true }, metadata: { labels: { a: '1' } } };
    const after = { spec: { replicas: 3 }, metadata: { labels: { a: '1' }, annotations: { 'x/y': 'z' } } };
    expect(diffFields(before, after)).toEqual([
      { path: '/metadata/annotations/x~1y', after: 'z' },
      { path: '/spec/paused', before: true },
      { path: '/spec/replicas', before: 2, after: 3 },
    ]);
  });

  it('compares lists as a whole and leaves out what is ignored', () => {
    const before = { version: '1', args: ['a'] };
    const after = { version: '2', args: ['a', 'b'] };
    expect(diffFields(before, after, '/spec', new Set(['/spec/version']))).toEqual([
      { path: '/spec/args', before: ['a'], after: ['a', 'b'] },
    ]);
  });

  it('sees an object that becomes a text, or that comes empty', () => {
    expect(diffFields({ a: { b: 1 } }, { a: 'x' })).toEqual([{ path: '/a', before: { b: 1 }, after: 'x' }]);
    expect(diffFields({}, { a: {} })).toEqual([{ path: '/a', after: {} }]);
    expect(diffFields({ a: null }, {})).toEqual([{ path: '/a', before: null }]);
  });
});
