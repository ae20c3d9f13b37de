import { describe, expect, it } from '@jest/globals';

import { jsonPatch } from './json-patch.js';

type Case = [what: string, document: unknown, patch: unknown, result: unknown];

// Appendix A of RFC 6902, and what it leaves open.
const APPLIES: Case[] = [
  ['A.1 adds a member', { foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { foo: 'bar', baz: 'qux' }],
  [
    'A.2 inserts an item',
    { foo: ['bar', 'baz'] },
    [{ op: 'add', path: '/foo/1', value: 'qux' }],
    { foo: ['bar', 'qux', 'baz'] },
  ],
  ['A.3 removes a member', { baz: 'qux', foo: 'bar' }, [{ op: 'remove', path: '/baz' }], { foo: 'bar' }],
  ['A.4 removes an item', { foo: ['bar', 'qux', 'baz'] }, [{ op: 'remove', path: '/foo/1' }], { foo: ['bar', 'baz'] }],
  ['A.5 replaces a value', { baz: 'qux' }, [{ op: 'replace', path: '/baz', value: 'boo' }], { baz: 'boo' }],
  [
    'A.6 moves a value',
    { foo: { bar: 'baz', waldo: 'fred' }, qux: { corge: 'grault' } },
    [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }],
    { foo: { bar: 'baz' }, qux: { corge: 'grault', thud: 'fred' } },
  ],
  [
    'A.7 moves an item',
    { foo: ['all', 'grass', 'cows', 'eat'] },
    [{ op: 'move', from: '/foo/1', path: '/foo/3' }],
    { foo: ['all', 'cows', 'eat', 'grass'] },
  ],
  ['A.8 goes on after a test that holds', { a: [1, 'x'] }, [{ op: 'test', path: '/a/1', value: 'x' }], { a: [1, 'x'] }],
  [
    'A.10 adds a nested member',
    { foo: 'bar' },
    [{ op: 'add', path: '/c', value: { g: {} } }],
    { foo: 'bar', c: { g: {} } },
  ],
  ['A.11 ignores members that it does not know', {}, [{ op: 'add', path: '/b', value: 1, xyz: 1 }], { b: 1 }],
  ['A.14 unescapes ~01', { '/': 9, '~1': 10 }, [{ op: 'test', path: '/~01', value: 10 }], { '/': 9, '~1': 10 }],
  ['A.16 appends with -', { foo: ['bar'] }, [{ op: 'add', path: '/foo/-', value: ['abc'] }], { foo: ['bar', ['abc']] }],
  [
    'copies without sharing',
    { a: { b: 1 } },
    [
      { op: 'copy', from: '/a', path: '/c' },
      { op: 'add', path: '/c/b', value: 2 },
    ],
    { a: { b: 1 }, c: { b: 2 } },
  ],
  ['replaces the whole document', { a: 1 }, [{ op: 'replace', path: '', value: { b: 2 } }], { b: 2 }],
  ['tests null', { a: null }, [{ op: 'test', path: '/a', value: null }], { a: null }],
  ['reads ~1 as a slash', { 'a/b': 1 }, [{ op: 'replace', path: '/a~1b', value: 2 }], { 'a/b': 2 }],
  ['does nothing for no operations', { a: 1 }, [], { a: 1 }],
];

const REFUSES: [what: string, patch: unknown, code: string][] = [
  ['a patch that is an object', { op: 'add' }, 'malformed'],
  ['an operation that is a string', ['add'], 'malformed'],
  ['an unknown operation', [{ op: 'spam', path: '/a' }], 'malformed'],
  ['a path that is no pointer', [{ op: 'remove', path: 'a' }], 'malformed'],
  ['an add without a value', [{ op: 'add', path: '/b' }], 'malformed'],
  ['a move without from', [{ op: 'move', path: '/b' }], 'malformed'],
  ['a test that does not hold (A.9)', [{ op: 'test', path: '/a', value: 'bar' }], 'unappliable'],
  ['a test of 10 against "10" (A.15)', [{ op: 'test', path: '/n', value: '10' }], 'unappliable'],
  ['an add below nothing (A.12)', [{ op: 'add', path: '/x/y', value: 1 }], 'unappliable'],
  ['removing what is not there', [{ op: 'remove', path: '/nope' }], 'unappliable'],
  ['replacing what is not there', [{ op: 'replace', path: '/nope', value: 1 }], 'unappliable'],
  ['an index with a leading zero', [{ op: 'add', path: '/list/00', value: 1 }], 'unappliable'],
  ['an index past the end', [{ op: 'add', path: '/list/3', value: 1 }], 'unappliable'],
  ['removing one past the end', [{ op: 'remove', path: '/list/2' }], 'unappliable'],
];

describe(jsonPatch, () => {
  it.each(APPLIES)('%s', (_, document, patch, result) => {
    expect(jsonPatch(document, patch)).toEqual(result);
  });

  it.each(REFUSES)('refuses %s', (_, patch, code) => {
    expect(() => jsonPatch({ a: 1, n: 10, list: [1, 2] }, patch)).toThrow(expect.objectContaining({ code }));
  });

  it('leaves the document alone when a later operation fails', () => {
    const document = { a: [1] };
    const patch = [
      { op: 'add', path: '/a/-', value: 2 },
      { op: 'test', path: '/a', value: 0 },
    ];
    expect(() => jsonPatch(document, patch)).toThrow();
    expect(document).toEqual({ a: [1] });
  });
});
