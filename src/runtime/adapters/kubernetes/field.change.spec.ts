import { describe, expect, it } from '@jest/globals';

import { diffFields, fieldChange, mergePatchOf, pointer, valueAt } from './field.change.js';

describe('pointers', () => {
  it('survive slashes and tildes in names', () => {
    const path = pointer('metadata', 'annotations', 'example.com/a~b');
    expect(path).toBe('/metadata/annotations/example.com~1a~0b');
    expect(valueAt({ metadata: { annotations: { 'example.com/a~b': 'x' } } }, path)).toBe('x');
  });

  it('find nothing where there is nothing, and nothing inherited', () => {
    expect(valueAt({ a: 'text' }, '/a/b')).toBeUndefined();
    expect(valueAt({}, '/constructor')).toBeUndefined();
  });
});

describe(mergePatchOf.name, () => {
  it('sets and removes fields next to each other', () => {
    const changes = [
      fieldChange('/metadata/annotations/a', 'x', 'y'),
      fieldChange('/metadata/annotations/b', 'x', undefined),
    ];
    const version = fieldChange('/metadata/resourceVersion', undefined, '7');
    expect(mergePatchOf([...changes, version])).toEqual({
      metadata: { annotations: { a: 'y', b: null }, resourceVersion: '7' },
    });
  });
});

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

  it('compares lists as a whole and leaves the bookkeeping of the server out', () => {
    const before = { metadata: { resourceVersion: '1', generation: 1 }, spec: { args: ['a'] } };
    const after = { metadata: { resourceVersion: '2', generation: 2 }, spec: { args: ['a', 'b'] } };
    expect(diffFields(before, after)).toEqual([{ path: '/spec/args', before: ['a'], after: ['a', 'b'] }]);
  });

  it('sees an object that becomes a text', () => {
    expect(diffFields({ a: { b: 1 } }, { a: 'x' })).toEqual([{ path: '/a', before: { b: 1 }, after: 'x' }]);
  });
});
