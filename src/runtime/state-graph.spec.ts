import { describe, expect, it } from '@jest/globals';

import { StateGraph } from './state-graph.js';

describe(StateGraph.name, () => {
  const graph = new StateGraph({ idle: ['busy'], busy: ['idle', 'done'], done: [] }, 'idle');

  it('derives its end states', () => {
    expect([...graph.ends]).toEqual(['done']);
  });

  it('knows where a state may be entered from', () => {
    expect(graph.sourcesOf('idle')).toEqual(['busy']);
    expect(graph.allows('idle', 'done')).toBe(false);
  });

  it('refuses a state that nothing leads to', () => {
    expect(
      () => new StateGraph<'idle' | 'lost' | 'done'>({ idle: ['done'], lost: ['done'], done: [] }, 'idle'),
    ).toThrow('lost');
  });
});
