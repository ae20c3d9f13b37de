import { describe, expect, it } from '@jest/globals';

import { expressionOf, isMixedText, resolveValue } from './resolve.js';

describe('expressionOf', () => {
  it.each<[string, string | undefined]>([
    ['${{ inputs.a }}', 'inputs.a'],
    ['${{inputs.a}}', 'inputs.a'],
    ['  ${{ a\n + b }}\n', 'a\n + b'],
    ["${{ {'a': {'b': 1}} }}", "{'a': {'b': 1}}"],
    ['plain', undefined],
    ['x ${{ a }}', undefined],
    ['${{ a }}${{ b }}', undefined],
    ['${{ a', undefined],
  ])('of %j is %j', (text, source) => {
    expect(expressionOf(text)).toBe(source);
  });

  it('leaves no text with an opening mark in doubt', () => {
    expect(['x ${{ a }}', '${{ a }}${{ b }}', '${{ a'].map(isMixedText)).toEqual([true, true, true]);
    expect(['plain', '${{ a }}', '$ { {', '}}'].map(isMixedText)).toEqual([false, false, false, false]);
  });
});

describe('resolveValue', () => {
  const scope = { inputs: { n: 3, s: '${{ inputs.n }}' } };

  it('replaces whole values anywhere in a tree and keeps their type', () => {
    const tree = { a: '${{ inputs.n }}', b: ['${{ inputs.n > 2 }}', 'text'], c: { d: null, e: 1.5, f: true } };
    expect(resolveValue(tree, scope)).toEqual({ a: 3, b: [true, 'text'], c: { d: null, e: 1.5, f: true } });
  });

  it('does not look at a result again', () => {
    expect(resolveValue('${{ inputs.s }}', scope)).toBe('${{ inputs.n }}');
  });

  it('points at the place that failed', () => {
    const problems = [expect.objectContaining({ pointer: '/a/1/b~1c' })];
    expect(() => resolveValue({ a: [1, { 'b/c': '${{ inputs.zz }}' }] }, scope)).toThrow(
      expect.objectContaining({ code: 'WPK.EXPRESSION', problems }),
    );
  });
});
