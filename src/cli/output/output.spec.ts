import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

import { toJson, toYaml } from './document.js';
import { escapeLine, escapeText } from './escape.js';
import { Output } from './output.js';
import { Paint, wantsColour } from './paint.js';
import { type Column, renderFields, renderTable } from './table.js';

const hostile = 'a\u001b[2Jb\u009bc\u202ed\u2028e\u007f';

describe('escapeText and escapeLine', () => {
  it('make every control character visible', () => {
    expect(escapeText(hostile)).toBe('a\\u001b[2Jb\\u009bc\\u202ed\\u2028e\\u007f');
  });

  it('keep line breaks in text and not in a line', () => {
    expect(escapeText('a\n\tb\rc')).toBe('a\n\tb\\rc');
    expect(escapeLine('a\n\tb\rc')).toBe('a\\n\\tb\\rc');
  });

  it('leave letters of every language alone', () => {
    expect(escapeText('Größe ✓ 日本語 🎉')).toBe('Größe ✓ 日本語 🎉');
  });
});

describe('toJson and toYaml', () => {
  const value = { [hostile]: hostile, list: [1, true, null], text: 'plain', many: 'a\nb\n' };

  it.each([
    ['JSON', toJson, (text: string): unknown => JSON.parse(text)],
    ['YAML', toYaml, (text: string): unknown => parse(text)],
  ])('%s holds no control character and reads back as the same value', (_name, write, read) => {
    const text = write(value);
    expect(escapeText(text)).toBe(text);
    expect(read(text)).toEqual(value);
  });

  it('YAML stays readable when nothing has to be escaped', () => {
    expect(toYaml({ name: 'web', tags: ['a'] })).toBe('name: web\ntags:\n  - a');
  });
});

describe('renderTable', () => {
  const columns: Column<{ name: string; n?: number }>[] = [
    { title: 'NAME', value: ({ name }) => name },
    { title: 'N', value: ({ n }) => n, paint: (text: string) => `<${text}>` },
    { title: 'END', value: () => 'x' },
  ];

  it('aligns columns by the text without paint and shows what is missing as a dash', () => {
    expect(renderTable(columns, [{ name: 'größer', n: 10 }, { name: 'a' }])).toBe(
      ['NAME    N   END', 'größer  <10>  x', 'a       <->   x'].join('\n'),
    );
  });

  it('keeps every row on its line', () => {
    expect(renderTable(columns, [{ name: 'a\nb' }]).split('\n')).toHaveLength(2);
  });
});

describe('renderFields', () => {
  it('aligns values and leaves out what is absent', () => {
    const fields = [
      ['a', 1],
      ['long', 'x'],
      ['none', undefined],
      ['empty', ''],
    ] as const;
    expect(renderFields(fields)).toBe('a:     1\nlong:  x');
  });
});

describe('Paint', () => {
  it('changes nothing when colour is off', () => {
    expect(new Paint(false).state('failed')).toBe('failed');
    expect(new Paint(true).state('failed')).toBe('\u001b[31mfailed\u001b[0m');
    expect(new Paint(true).state('constructor')).toBe('constructor');
  });

  it.each([
    [{ asked: true, noColor: undefined, isTerminal: true }, true],
    [{ asked: true, noColor: '', isTerminal: true }, true],
    [{ asked: true, noColor: '1', isTerminal: true }, false],
    [{ asked: false, noColor: undefined, isTerminal: true }, false],
    [{ asked: true, noColor: undefined, isTerminal: false }, false],
  ])('decides %j as %j', (choice, expected) => {
    expect(wantsColour(choice)).toBe(expected);
  });
});

describe('Output', () => {
  const setup = (format: 'table' | 'json' | 'yaml') => {
    const written = { stdout: '', stderr: '' };
    const sink = (name: 'stdout' | 'stderr') => ({ write: (text: string) => (written[name] += text) });
    const streams = { stdout: sink('stdout'), stderr: sink('stderr') };
    return { written, output: new Output({ format, colour: { stdout: false, stderr: false } }, streams) };
  };

  it('writes the result alone to stdout', async () => {
    const { written, output } = setup('json');
    output.warn('careful');
    output.progress('working');
    await output.result({ a: 1 }, () => 'table');
    expect(JSON.parse(written.stdout)).toEqual({ a: 1 });
    expect(written.stderr).toBe('warning: careful\nworking\n');
  });

  it.each([
    ['table', 'one\none\n'],
    ['json', '{"a":1}\n{"a":1}\n'],
    ['yaml', '---\na: 1\n---\na: 1\n'],
  ] as const)('writes items of an endless result in %s as they come', async (format, text) => {
    const { written, output } = setup(format);
    await output.item({ a: 1 }, () => 'one');
    await output.item({ a: 1 }, () => 'one');
    expect(written.stdout).toBe(text);
  });
});
