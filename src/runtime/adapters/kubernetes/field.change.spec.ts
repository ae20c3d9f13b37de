import { describe, expect, it } from '@jest/globals';

import { fieldChange } from '../../../wpk/index.js';
import { diffObjects, mergePatchOf, pointer, valueAt } from './field.change.js';

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

describe(diffObjects.name, () => {
  it('leaves the bookkeeping of the server out', () => {
    const before = { metadata: { resourceVersion: '1', generation: 1, managedFields: [] }, spec: { args: ['a'] } };
    const after = { metadata: { resourceVersion: '2', generation: 2 }, spec: { args: ['a', 'b'] } };
    expect(diffObjects(before, after)).toEqual([{ path: '/spec/args', before: ['a'], after: ['a', 'b'] }]);
  });
});
