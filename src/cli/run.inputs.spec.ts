import { describe, expect, it } from '@jest/globals';

import { parseInput } from './run.inputs.js';

const usage = expect.objectContaining({ code: 'CLI.USAGE' });

describe('parseInput', () => {
  it.each([
    ['namespace=shop', 'shop'],
    ['namespace=', ''],
    ['namespace=200', 200],
    ['namespace=-1.5', -1.5],
    ['namespace=true', true],
    ['namespace=null', null],
    ['namespace="200"', '200'],
    ['namespace=["a",1]', ['a', 1]],
    ['namespace={"a":1}', { a: 1 }],
    ['namespace=a=b', 'a=b'],
    ['namespace=1.0.0', '1.0.0'],
    ['namespace={not json', '{not json'],
    ['namespace=12345678901234567890', '12345678901234567890'],
  ])('reads %s', (pair, expected) => {
    expect(parseInput(pair)).toEqual(['namespace', expected]);
  });

  it.each(['namespace', '=shop', ''])('refuses %j', (pair) => {
    expect(() => parseInput(pair)).toThrow(usage);
  });
});
