import type { Case } from './case.js';
import { changeAt, type Member, type StyleName, STYLES, type Tree, writeDocument } from './document.writer.js';
import { FREE_MAP_PLACES, FREE_PLACES, pointerOf, seedTree } from './seed.js';
import { AMBIGUOUS } from './yaml.faults.js';

const STYLE_NAMES = Object.keys(STYLES) as StyleName[];

/** Documents that look like the hostile ones and say what they mean. */
export function benignDocuments(): Case[] {
  return [...valueCases(), ...blockTexts(), ...memberCases(), ...wholeCases(), ...limitCases()];
}

const accepted = (rule: string, name: string, bytes: string | Buffer, reads?: Case['reads']): Case => ({
  ...{ rule, name, bytes: Buffer.from(bytes), expected: 'accepted' },
  ...(reads === undefined ? {} : { reads }),
});

type Reading = readonly [text: string, value: unknown];

const QUOTED: readonly string[] = [
  ...AMBIGUOUS,
  ...['&a x', '*a', '!!str y', '! y', '%YAML 1.2', '---', '@x', '`x', '[1', '{', 'a: b', '# x', '~', 'null', 'true'],
  ...['9007199254740993', '.inf', '1.10', '__proto__', 'metadata.signature'],
];

const READINGS: readonly Reading[] = [
  ...QUOTED.flatMap((text): Reading[] => [
    [`"${text}"`, text],
    [`'${text}'`, text],
  ]),
  ...[0, 1, -1, 10, 9_007_199_254_740_991, -9_007_199_254_740_991, 1.5, -0.25].map((n): Reading => [String(n), n]),
  ...([
    ['-0', 0],
    ['0x1F', 31],
    ['1.10', 1.1],
    ['1.5e+3', 1500],
    ['.5', 0.5],
    ['+7', 7],
  ] as const),
  ...([
    ['true', true],
    ['False', false],
    ['~', null],
    ['null', null],
    ['[]', []],
    ['{}', {}],
  ] as const),
  ...[
    'norway',
    'yesterday',
    'only',
    '1.2.3',
    '10s',
    'v1',
    'one_two',
    'a:b',
    '5_a',
    '0xZZ',
    '1:99',
    '08:a',
    'a&b',
    'a*b',
    'x!',
    'a#b',
    '-x',
    '--',
    '<',
    '<<<',
    '==',
    '2024-01',
    '1-2-3',
    '0.0.0.0',
    'http://a.b/c?d=e',
  ].map((text): Reading => [text, text]),
  ...([
    ['"\\t\\r\\n"', '\t\r\n'],
    ['"\\u2028"', '\u2028'],
    ['"\\ud83d\\ude00"', '😀'],
    ['"\\x41"', 'A'],
    ['"\\/"', '/'],
  ] as const),
  ...['é'.normalize('NFC'), 'é'.normalize('NFD'), '😀', '日本語', 'a\u00a0b', '"\u200d"'].map((text): Reading => [
    text,
    text.replaceAll('"', ''),
  ]),
];

function valueCases(): Case[] {
  return READINGS.flatMap(([text, value], turn) =>
    [0, 1].map((step): Case => {
      const path = FREE_PLACES[(turn + step) % FREE_PLACES.length]!;
      const style = STYLE_NAMES[(turn + 2 * step) % STYLE_NAMES.length]!;
      const written = writeDocument(
        changeAt(seedTree, path, () => text),
        style,
      ).text;
      return accepted('values', `${text} at ${pointerOf(path)}, ${style}`, written, {
        pointer: pointerOf(path),
        value,
      });
    }),
  );
}

/** Everything is content inside a block text. */
function blockTexts(): Case[] {
  const lines = [
    '--- not a document',
    '&a *a !!str',
    '<<: {a: 1}',
    '%YAML 1.1',
    '__proto__: {}',
    '[{"',
    'no',
    '# no comment',
  ];
  return lines.flatMap((line) =>
    (['block', 'wide', 'crlf'] as const).map((style) => {
      const pad = ' '.repeat(3 * STYLES[style].indent);
      const path = FREE_PLACES[2]!;
      const end = STYLES[style].end;
      const { text } = writeDocument(
        changeAt(seedTree, path, () => `|${end}${pad}${line}${end}${pad}end`),
        style,
      );
      return accepted('values', `block text ${line}, ${style}`, text, {
        pointer: pointerOf(path),
        value: `${line}\nend\n`,
      });
    }),
  );
}

const MEMBERS: readonly Member[] = [
  ['on', '1'],
  ['no', '1'],
  ['y', '1'],
  ['"1"', '1'],
  ["'true'", '1'],
  ['"017"', '1'],
  ['"~"', '1'],
  ['"a b"', '1'],
  ['er2', '{er: 1, list: {er: 2}}'],
  ['proto', '1'],
  ['__proto', '1'],
  ['constructors', '1'],
  ['"<"', '1'],
  ['Er', '1'],
  ['ER', '1'],
  ['signature', '{alg: ecdsa-p256-sha256, value: MEUC}'],
  ['metadata', '{signature: MEUC}'],
  ['é'.normalize('NFD'), '1'],
  ['"a/b~c"', '1'],
  ['k'.repeat(256), '1'],
];

function memberCases(): Case[] {
  return MEMBERS.flatMap((member) =>
    STYLE_NAMES.map((style) => {
      const add = (map: Tree): Tree => (typeof map === 'string' || 'list' in map ? map : { map: [...map.map, member] });
      const { text } = writeDocument(changeAt(seedTree, FREE_MAP_PLACES[0]!, add), style);
      return accepted('keys', `key ${member[0].slice(0, 20)}, ${style}`, text);
    }),
  );
}

function wholeCases(): Case[] {
  return STYLE_NAMES.flatMap((style) => {
    const { text } = writeDocument(seedTree, style);
    return [
      ['as it is', text],
      ['with a start', `---\n${text}`],
      ['with a start and a comment', `# first\n--- # start\n${text}`],
      ['with an end', `${text}...\n`],
      ['with an end and a comment', `${text}... # end\n# last\n`],
      ['with comments of everything', `# &a *a !!x %YAML <<: --- "\n${text}# ] } ' \t|\n`],
      ['with blank lines', `\n \n${text}\n\n`],
      ['without the last line end', text.trimEnd()],
      ['with CRLF', text.replaceAll(/\r?\n/g, '\r\n')],
    ].map(([name = '', changed = '']) => accepted('whole documents', `${name}, ${style}`, changed));
  });
}

const free = (value: string): string =>
  writeDocument(
    changeAt(seedTree, FREE_PLACES[2]!, () => value),
    'flow',
  ).text;

/** As much as is allowed. */
function limitCases(): Case[] {
  const size = (text: string): number => (text.match(/,/g) ?? []).length;
  const pointer = pointerOf(FREE_PLACES[2]!);
  const long = 'x'.repeat(256 * 1024);
  return [
    accepted('depth', '64 levels', free(`${'['.repeat(60)}1${']'.repeat(60)}`)),
    accepted('scalars', '256 KiB', free(`"${long}"`), { pointer, value: long }),
    accepted('nodes', 'many', free(`[${'1,'.repeat(19_900 - size(free('x')))}1]`)),
    accepted(
      'size',
      '1 MiB',
      Buffer.concat([Buffer.from(free('x')), Buffer.alloc(1024 * 1024 - free('x').length, '#')]),
    ),
  ];
}
