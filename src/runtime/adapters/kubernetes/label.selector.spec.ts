import { describe, expect, it } from '@jest/globals';

import { podSelectorOf } from './label.selector.js';

describe(podSelectorOf.name, () => {
  it('writes labels and expressions as the parameter of a list', () => {
    const selector = {
      matchLabels: { app: 'web', tier: 'front' },
      matchExpressions: [
        { key: 'env', operator: 'In', values: ['prod', 'staging'] },
        { key: 'track', operator: 'NotIn', values: ['canary'] },
        { key: 'team', operator: 'Exists' },
        { key: 'legacy', operator: 'DoesNotExist' },
      ],
    };
    expect(podSelectorOf({ spec: { selector } })).toBe(
      'app=web,tier=front,env in (prod,staging),track notin (canary),team,!legacy',
    );
  });

  it('takes the plain map of a Service', () => {
    expect(podSelectorOf({ spec: { selector: { app: 'web' } } })).toBe('app=web');
  });

  it.each([
    ['there is none', {}],
    ['it is empty, which would select every pod', { selector: {} }],
    ['it has an operator that is not known', { selector: { matchExpressions: [{ key: 'a', operator: 'Like' }] } }],
  ])('selects nothing when %s', (_why, spec) => {
    expect(podSelectorOf({ spec })).toBeUndefined();
  });
});
