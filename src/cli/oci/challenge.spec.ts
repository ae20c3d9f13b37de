import { expect, it } from '@jest/globals';

import { parseChallenges } from './challenge.js';

const read = (header: string): unknown[] =>
  parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

it.each([
  ['Basic realm="Registry Realm"', [['basic', { realm: 'Registry Realm' }]]],
  [
    'Bearer realm="https://auth.example.com/token",service="r.io", scope="repository:a/b:pull,push"',
    [['bearer', { realm: 'https://auth.example.com/token', service: 'r.io', scope: 'repository:a/b:pull,push' }]],
  ],
  ['BEARER Realm=x , Error=insufficient_scope', [['bearer', { realm: 'x', error: 'insufficient_scope' }]]],
  ['Basic realm="a, Bearer realm=b"', [['basic', { realm: 'a, Bearer realm=b' }]]],
  ['Basic realm="say \\"a\\""', [['basic', { realm: 'say "a"' }]]],
  [
    'Negotiate, Basic realm="x", Bearer realm="y"',
    [
      ['negotiate', {}],
      ['basic', { realm: 'x' }],
      ['bearer', { realm: 'y' }],
    ],
  ],
  ['', []],
  ['"quoted"', []],
])('reads %s', (header, expected) => {
  expect(read(header)).toEqual(expected);
});

it('reads a long header without end, which would outlast the time of the test if it were not linear', () => {
  expect(parseChallenges(`Bearer ${'a="\\'.repeat(500_000)}`)).toMatchObject([{ scheme: 'bearer' }]);
  expect(parseChallenges(' ,\t'.repeat(500_000))).toEqual([]);
});
