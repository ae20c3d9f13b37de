import { describe, expect, it } from '@jest/globals';

import { Paint } from './output/paint.js';
import { type PackageProblem, renderProblems } from './package.problems.js';

const render = (problem: Partial<PackageProblem>, text: string | undefined): string[] =>
  renderProblems([{ pointer: '', detail: 'is wrong', ...problem }], { label: 'a.yaml', text }, new Paint(false)).split(
    '\n',
  );

describe('renderProblems', () => {
  it('gives place, line, caret and hint', () => {
    expect(render({ line: 2, column: 3, hint: 'Remove it.' }, 'a: 1\n  b: 2\n')).toEqual([
      'a.yaml:2:3: is wrong',
      '    2 |   b: 2',
      '      |   ^',
      '  hint: Remove it.',
    ]);
  });

  it('names the pointer when there is no line', () => {
    expect(render({ pointer: '/spec/steps' }, 'a: 1')).toEqual(['a.yaml: is wrong (at /spec/steps)']);
  });

  it('does without the line when the document or the line is not there', () => {
    expect(render({ line: 2, column: 1 }, undefined)).toEqual(['a.yaml:2:1: is wrong']);
    expect(render({ line: 9 }, 'a: 1')).toEqual(['a.yaml:9: is wrong']);
  });

  it('keeps the caret under its column behind tabs and control characters', () => {
    const [, line = '', caret = ''] = render({ line: 1, column: 4 }, '\ta\u001bX: 1');
    expect(line[caret.indexOf('^')]).toBe('X');
    expect(line).not.toContain('\u001b');
  });

  it('cuts a long line around the column', () => {
    const [, line = '', caret = ''] = render({ line: 1, column: 5001 }, `${'a'.repeat(5000)}X${'b'.repeat(5000)}`);
    expect(line.length).toBeLessThan(200);
    expect(line[caret.indexOf('^')]).toBe('X');
  });
});
