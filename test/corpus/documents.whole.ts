import type { WpkErrorCode } from '../../src/wpk/index.js';
import type { Case } from './case.js';
import { type StyleName, STYLES, writeDocument } from './document.writer.js';
import { seedTree } from './seed.js';

const texts = (Object.keys(STYLES) as StyleName[]).map(
  (style) => [style, writeDocument(seedTree, style).text] as const,
);

const document = (rule: string, name: string, bytes: string | Buffer, more: Partial<Case> = {}): Case => ({
  ...{ rule, name, bytes: Buffer.from(bytes), expected: 'WPK.MALFORMED' },
  ...more,
});

/** Faults of a file as a whole, and documents that have too much of something. */
export function wholeDocuments(): Case[] {
  return [
    ...texts.flatMap(([style, text]) => surrounded(style, text)),
    ...encodings(),
    ...hidden(),
    ...rootsOfAnotherKind(),
    ...depths(),
    ...amounts(),
  ];
}

function surrounded(style: string, text: string): Case[] {
  const changes: [string, string, string][] = [
    ['one document', 'a second one', `${text}---\n${text}`],
    ['one document', 'a second one after an end', `${text}...\n---\na: 1\n`],
    ['one document', 'a second one without a start', `${text}...\na: 1\n`],
    ['one document', 'an empty second one', `${text}---\n`],
    ['one document', 'an empty first one', `---\n---\n${text}`],
    ['one document', 'a comment as second one', `${text}---\n# nothing\n`],
    ['one document', 'five of them', `${text}---\na\n`.repeat(5)],
    ['no directives', 'the version', `%YAML 1.2\n---\n${text}`],
    ['no directives', 'an old version', `%YAML 1.1\n---\n${text}`],
    ['no directives', 'a tag prefix', `%TAG ! tag:evil.example,2026:\n---\n${text}`],
    ['no directives', 'one that nobody knows', `%FOO bar\n---\n${text}`],
    ['no directives', 'one after the document', `${text}...\n%YAML 1.2\n---\na: 1\n`],
    ['byte order mark', 'at the start', `\ufeff${text}`],
    ['byte order mark', 'at the end', `${text}\ufeff`],
    ['byte order mark', 'in a comment', `# \ufeff\n${text}`],
    ['control characters', 'a NUL at the end', `${text}\u0000`],
    ['control characters', 'a terminal escape in a comment', `# \u001b[2K\n${text}`],
    ['control characters', 'a C1 control in a comment', `# \u0085\n${text}`],
    ['control characters', 'a backspace in a comment', `# safe\b\b\b\b\n${text}`],
    ['syntax', 'a bracket at the end', `${text}]\n`],
    ['syntax', 'a tab in front', `a:\n\tb: 1\n${text}`],
    ['syntax', 'a stray scalar', `${text}stray\n`],
    ['anchors', 'on the root', `&root\n${text}`],
    ['tags', 'on the root', `!!map\n${text}`],
  ];
  return changes.map(([rule, name, changed]) => document(rule, `${name}, ${style}`, changed));
}

function encodings(): Case[] {
  const [, text] = texts[0]!;
  const raw: [string, number[]][] = [
    ['a lone continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['an overlong NUL', [0xc0, 0x80]],
    ['a surrogate in UTF-8', [0xed, 0xa0, 0x80]],
    ['a surrogate pair in UTF-8', [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]],
    ['a cut sequence', [0xe2, 0x82]],
    ['more than U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['five bytes', [0xf8, 0x88, 0x80, 0x80, 0x80]],
    ['Latin-1', [0xfc, 0x62, 0x65, 0x72]],
    ['0xFF', [0xff]],
  ];
  return [
    ...raw.flatMap(([name, bytes]) =>
      ['# %', '"%": 1', 'x: "%"'].map((line) => {
        const [before = '', after = ''] = line.split('%');
        const whole = Buffer.concat([Buffer.from(`${text}${before}`), Buffer.from(bytes), Buffer.from(`${after}\n`)]);
        return document('UTF-8', `${name} in ${line}`, whole, { isPlaceless: true });
      }),
    ),
    document('UTF-8', 'UTF-16 with mark', Buffer.from(`\ufeff${text}`, 'utf16le'), { isPlaceless: true }),
    document('UTF-8', 'UTF-16 without mark', Buffer.from(text, 'utf16le')),
    document('size', 'a mebibyte and a byte', Buffer.alloc(1024 * 1024 + 1, '#'), tooLarge(true)),
  ];
}

/** Content that only a reader sees who ends lines elsewhere. */
function hidden(): Case[] {
  return texts.flatMap(([style, text]) =>
    ['\r', '\u2028', '\u2029', '\u0085'].map((end) => {
      const name = `a comment ended by U+${end.charCodeAt(0).toString(16)}, ${style}`;
      return document('line breaks', name, `# harmless${end}kind: Other\n${text}`, { line: 1, column: 11 });
    }),
  );
}

function rootsOfAnotherKind(): Case[] {
  const schema = { expected: 'WPK.SCHEMA' as const, pointer: '', line: 1 };
  return [
    ...['', ' ', '\n\n', '# nothing\n'].map((text) => document('a document', `nothing: ${JSON.stringify(text)}`, text)),
    ...['[]', '- a', 'text', '"{}"', '1', 'true', 'null', '~', '{}', '---\n', '...\n', '|\n  a: 1'].map((text) =>
      document('a mapping', JSON.stringify(text), text, schema),
    ),
  ];
}

const tooLarge = (isPlaceless = false): { expected: WpkErrorCode; isPlaceless: boolean } => ({
  expected: 'WPK.TOO_LARGE',
  isPlaceless,
});

function depths(): Case[] {
  const lines = (count: number, line: string): string =>
    Array.from({ length: count }, (_, depth) => `${' '.repeat(depth)}${line}\n`).join('');
  const shapes: [string, (depth: number) => string][] = [
    ['brackets', (depth) => `${'['.repeat(depth)}1${']'.repeat(depth)}`],
    ['braces', (depth) => `${'{a: '.repeat(depth)}1${'}'.repeat(depth)}`],
    ['JSON', (depth) => `${'{"a":['.repeat(depth)}${']}'.repeat(depth)}`],
    ['open brackets', (depth) => '['.repeat(depth)],
    ['open braces', (depth) => '{a: '.repeat(depth)],
    ['brackets in a block', (depth) => `a:\n  - b: ${'['.repeat(depth)}1${']'.repeat(depth)}\n`],
    ['dashes', (depth) => `${'- '.repeat(depth)}1\n`],
    ['question marks', (depth) => `${'? '.repeat(depth)}1\n`],
    ['colons', (depth) => `${': '.repeat(depth)}1\n`],
    ['maps by indentation', (depth) => lines(depth, 'a:')],
    ['lists by indentation', (depth) => lines(depth, '-')],
    ['maps in lists', (depth) => lines(depth, '- a:')],
  ];
  return shapes.flatMap(([name, write]) =>
    [66, 200, 1_000].map((depth) => document('depth', `${depth} ${name}`, write(depth), tooLarge())),
  );
}

function amounts(): Case[] {
  const items = (count: number, write: (at: number) => string, glue: string): string =>
    Array.from({ length: count }, (_, at) => write(at)).join(glue);
  const long = 'x'.repeat(256 * 1024 + 1);
  const wide = '€'.repeat(100_000); // 300,000 bytes
  return [
    ['nodes', '20,000 items and their list', `[${items(20_000, String, ',')}]`],
    ['nodes', '20,000 items by lines', items(20_000, (at) => `- ${at}`, '\n')],
    ['nodes', '20,000 members and their map', items(20_000, (at) => `k${at}: 1`, '\n')],
    ['nodes', '20,000 keys without values', `{${items(20_000, (at) => `k${at}`, ',')}}`],
    ['nodes', '10,000 maps of one', items(10_000, () => '- a: 1', '\n')],
    ['nodes', '20,000 empty lists', `[${items(20_000, () => '[]', ',')}]`],
    ['scalars', 'a long plain text', `a: ${long}`],
    ['scalars', 'a long text in double quotes', `a: "${long}"`],
    ['scalars', 'a long text in single quotes', `a: '${long}'`],
    ['scalars', 'a long literal block', `a: |\n  ${long}\n`],
    ['scalars', 'a long folded block', `a: >\n${'  x y\n'.repeat(70_000)}`],
    ['scalars', 'a text of many lines', `a:\n${' xyz\n'.repeat(70_000)}`],
    ['scalars', 'a text of fewer characters than bytes', `a: "${wide}"`],
    [
      'scalars',
      'a long text that escapes spell',
      `a: "${'\\x78'.repeat(256 * 1024 - 20)}\\u20ac\\u20ac\\u20ac\\u20ac\\u20ac\\u20ac\\u20ac\\u20ac"`,
    ],
    ['keys', 'a key of 257', `${'k'.repeat(257)}: 1`],
    ['keys', 'a key of 257 in quotes', `"${'k'.repeat(257)}": 1`],
    ['keys', 'a key of 257 further down', `a: [{b: {${'k'.repeat(257)}: 1}}]`],
  ].map(([rule = '', name = '', text = '']) => document(rule, name, text, tooLarge()));
}
