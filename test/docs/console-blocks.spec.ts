import { describe, expect, it } from '@jest/globals';

import { outputMatches, readDocument } from './console-blocks.js';

const block = (info: string, ...lines: string[]): string => ['```' + info, ...lines, '```'].join('\n');
const commands = (markdown: string): unknown[] =>
  readDocument(markdown).map((step) => (step.kind === 'command' ? [step.line, step.text, step.output] : step.kind));

describe('a document', () => {
  it('has the commands of its console blocks, in order, with their lines', () => {
    const text = ['# Title', '', block('console', '$ one   # why', 'seen', '$ two'), '', block('console', '$ three')];
    expect(commands(text.join('\n'))).toEqual([
      [4, 'one   # why', undefined],
      [6, 'two', undefined],
      [10, 'three', undefined],
    ]);
  });

  it('continues a command after a backslash', () => {
    expect(commands(block('console', '$ one \\', '    --two \\', '    three', 'seen', '$ four'))).toEqual([
      [2, 'one \\\n    --two \\\n    three', undefined],
      [6, 'four', undefined],
    ]);
  });

  it('continues a command to the end of its here-document', () => {
    expect(commands(block('console', '$ cat > f <<END', 'a: $ 1', 'END', '$ two'))).toEqual([
      [2, 'cat > f <<END\na: $ 1\nEND', undefined],
      [5, 'two', undefined],
    ]);
  });

  it('promises output only where the block says so, and then for each of its commands', () => {
    expect(commands(block('console output', '$ one', 'a', 'b', '$ two'))).toEqual([
      [2, 'one', 'a\nb'],
      [5, 'two', ''],
    ]);
  });

  it('marks what has to fail, and what readers do not see', () => {
    const [seen, hidden] = readDocument(`${block('console', '$ ! false')}\n<!-- run: ! exit 3 -->\n`);
    expect(seen).toMatchObject({ text: 'false', mustFail: true, hidden: false });
    expect(hidden).toMatchObject({ text: 'exit 3', mustFail: true, hidden: true });
  });

  it('names files and starts services', () => {
    const text = `<!-- start: atom A=b C= -->\n\n<!-- file: look/wpk.yaml -->\n\n${block('yaml', 'a: 1', '$ b')}\n`;
    expect(readDocument(text)).toEqual([
      { kind: 'start', line: 1, service: 'atom', settings: { A: 'b', C: '' } },
      { kind: 'file', line: 3, path: 'look/wpk.yaml', content: 'a: 1\n$ b\n' },
    ]);
  });

  it('leaves other blocks and comments to the reader', () => {
    expect(readDocument(`${block('yaml', '$ a: 1')}\n<!-- a remark -->\n\`inline\`\n${block('', '$ x')}`)).toEqual([]);
  });

  it.each([
    ['a block of another shell', block('bash', 'one'), 'Line 1'],
    ['a block inside a list', '* one\n  ```console\n  $ two\n  ```', 'Line 2'],
    ['an option that is not known', block('console skip', '$ one'), 'Line 1'],
    ['a block that does not end', '```console\n$ one', 'Line 1'],
    ['a command that does not end', block('console', '$ one \\'), 'Line 1'],
    ['a here-document that does not end', block('console', '$ cat <<END', 'one'), 'Line 1'],
    ['output of nothing', block('console', 'one', '$ two'), 'Line 2'],
    ['a comment that is nearly a directive', '<!-- rum: one -->', 'Line 1'],
    ['a setting without a value', '<!-- start: atom A -->', 'Line 1'],
    ['a file without a block', '<!-- file: a -->\ntext\n', 'Line 1'],
    ['a file at the end', '\n<!-- file: a -->', 'Line 2'],
  ])('is refused with %s', (_, markdown, place) => {
    expect(() => readDocument(markdown)).toThrow(place);
  });
});

describe('promised output', () => {
  it.each([
    ['a\nb', 'a\nb\n', true],
    ['a\nb', 'a\nc\n', false],
    ['a', 'a\nb\n', false],
    ['sha256:…, 3 bytes', 'sha256:00ff, 3 bytes\n', true],
    ['sha256:…', 'sha512:00\n', false],
    ['a\n…', 'a\nb\nc\n', true],
    ['…\nc', 'a\nb\nc\n', true],
    ['…\nc', 'a\nb\n', false],
    ['(a.b)', '(axb)\n', false],
    ['', '\n', true],
    ['', 'a\n', false],
  ])('%j and what was printed, %j: %p', (promised, printed, matches) => {
    expect(outputMatches(promised, printed)).toBe(matches);
  });
});
