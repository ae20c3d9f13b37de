import type { Case } from './case.js';
import { MARK } from './document.writer.js';

/** Ways to lay out the same JSON: around tokens stands what the layout says. */
const LAYOUTS: Readonly<Record<string, string>> = { tight: '', blanks: ' ', lines: '\n', windows: '\r\n\t' };

/** Where a value or a member is put; `@` is replaced. */
const VALUE_PLACES: readonly (readonly [pointer: string, text: string])[] = [
  ['', '@'],
  ['/0', '[@]'],
  ['/2', '[1,{},@,null]'],
  ['/a', '{"a":@}'],
  ['/x/1/b', '{"x":[{"b":1},{"a":1,"b":@}],"b":2}'],
];

const MEMBER_PLACES: readonly (readonly [pointer: string, text: string])[] = [
  ['', '{@}'],
  ['', '{"z":{"k":1},@}'],
  ['/0', '[{@}]'],
  ['/a/1', '{"a":[{"k":1},{"b":"k",@}],"k":3}'],
];

interface JsonFault {
  readonly rule: string;
  readonly text: string;
}

const faults = (rule: string, ...texts: string[]): JsonFault[] => texts.map((text) => ({ rule, text }));

const VALUES: readonly JsonFault[] = [
  ...faults('numbers', '9007199254740993', '-9007199254740992', '1e999', '-1e400', '1e16', '9007199254740992.0'),
  ...faults('lone surrogates', '"\\ud800"', '"\\udfff x"', '"\\udc00\\ud800"', '"\\uD83D"'),
  ...faults('control characters', '"\\u0000"', '"\\u001b[2J"', '"\\u009b"', '"\\ufeff"', '"\\u007f"', '"\\b"'),
];

const SYNTAX: readonly JsonFault[] = faults(
  'grammar',
  ...['01', '-01', '1.', '.5', '+1', '-', '1e', '1e+', '0x1F', '1_000', 'NaN', 'Infinity', '-Infinity', 'undefined'],
  ...['True', 'nul', 'truex', "'x'", '"x', '"\\x41"', '"\\u12"', '"\\q"', '"\t"', '"a\nb"', '`x`', 'x'],
  ...[
    '',
    ',',
    ':',
    ']',
    '}',
    '[1,]',
    '[,1]',
    '[1 2]',
    '[1',
    '{"a":1',
    '{"a":1,}',
    '{,}',
    '{"a"}',
    '{"a":}',
    '{a:1}',
    '{1:2}',
  ],
  ...[
    '{"a" 1}',
    '{"a":1 "b":2}',
    "{'a':1}",
    '{"a"::1}',
    '{"a":1,,"b":2}',
    '[1}',
    '{"a":1]',
    '{[]:1}',
    '["a":1]',
    '{"a":1:2}',
  ],
  ...['1 // x', '/* x */ 1', '1 # x', '1;', '1 1', '{} {}', '[] 1', '---', '!!str x', '&a 1', '"a" "b"'],
);

const MEMBERS: readonly (JsonFault & { readonly at?: string })[] = [
  ...faults('duplicate members', '"k":1,!"k":2', '"k":{},!"k":[]', '"k":1,"l":2,!"k":3', '"k":1,!"\\u006b":2').map(
    (f) => ({ ...f, at: '/k' }),
  ),
  ...faults('duplicate members', '"":1,!"":2').map((f) => ({ ...f, at: '/' })),
  ...faults('duplicate members', '"a/b":1,!"a\\/b":2').map((f) => ({ ...f, at: '/a~1b' })),
  ...faults('prototype members', '!"__proto__":{}', '!"constructor":1', '!"prototype":1', '!"\\u005f_proto__":1'),
  ...faults('lone surrogates', '!"\\ud800":1'),
  ...faults('control characters', '!"\\u001b":1', '!"k\\u0000":1'),
];

function lay(text: string, layout: string): Pick<Case, 'bytes' | 'line' | 'column'> {
  // Only the blanks between tokens of the frame: the fault itself stays as it is.
  const marked = text.replaceAll(/[{}[\],:](?=[^\ue000]*\ue000)/g, (token) => `${token}${layout}`);
  const at = Math.max(0, marked.indexOf(MARK));
  return {
    bytes: Buffer.from(marked.replaceAll(MARK, '')),
    line: marked.slice(0, at).split('\n').length,
    column: at - marked.lastIndexOf('\n', at),
  };
}

function valueCases(): Case[] {
  return VALUES.flatMap(({ rule, text }) =>
    VALUE_PLACES.flatMap(([pointer, frame]) =>
      Object.entries(LAYOUTS).map(([name, layout]): Case => {
        const laid = lay(frame.replace('@', `${MARK}${text}`), layout);
        return { name: `${text} at '${pointer}', ${name}`, rule, ...laid, expected: 'WPK.MALFORMED', pointer };
      }),
    ),
  );
}

function memberCases(): Case[] {
  return MEMBERS.flatMap(({ rule, text, at = '' }) =>
    MEMBER_PLACES.flatMap(([pointer, frame]) =>
      Object.entries(LAYOUTS).map(([name, layout]): Case => {
        const laid = lay(frame.replace('@', text.replace('!', MARK)), layout);
        return {
          name: `${text} in '${pointer}', ${name}`,
          rule,
          ...laid,
          expected: 'WPK.MALFORMED',
          pointer: pointer + at,
        };
      }),
    ),
  );
}

const syntaxCases = (): Case[] =>
  SYNTAX.flatMap(({ rule, text }) =>
    VALUE_PLACES.filter(([pointer]) => pointer !== '/2').map(([pointer, frame]): Case => {
      const bytes = Buffer.from(frame.replace('@', text));
      return { name: `${text} at '${pointer}'`, rule, bytes, expected: 'WPK.MALFORMED' };
    }),
  ).filter(({ bytes }) => !isJson(bytes.toString())); // an empty list, say, is fine without its value

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function limitCases(): Case[] {
  const tooLarge = (name: string, text: string): Case => ({
    name,
    rule: 'limits',
    bytes: Buffer.from(text),
    expected: 'WPK.TOO_LARGE',
  });
  return [
    ...[65, 100, 5_000].flatMap((depth) => [
      tooLarge(`${depth} lists`, '['.repeat(depth) + ']'.repeat(depth)),
      tooLarge(`${depth} objects`, `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`),
      tooLarge(`${depth} open lists`, '['.repeat(depth)),
    ]),
    tooLarge('20,000 items', `[${'1,'.repeat(19_999)}1]`),
    tooLarge('20,000 members', `{${Array.from({ length: 20_000 }, (_, at) => `"k${at}":1`).join(',')}}`),
    tooLarge('a member of 257', `{"${'k'.repeat(257)}":1}`),
    { ...tooLarge('a mebibyte and a byte', ' '.repeat(1024 * 1024 + 1)), isPlaceless: true },
    { ...tooLarge('a mark', '\ufeff{}'), expected: 'WPK.MALFORMED' },
    { ...tooLarge('a mark inside', '["\ufeff"]'), expected: 'WPK.MALFORMED' },
    {
      ...tooLarge('no UTF-8', ''),
      bytes: Buffer.from([0x22, 0xff, 0x22]),
      expected: 'WPK.MALFORMED',
      isPlaceless: true,
    },
  ];
}

export const hostileJson = (): Case[] => [...valueCases(), ...memberCases(), ...syntaxCases(), ...limitCases()];

/** Read as JSON.parse reads them. */
export const BENIGN_JSON: readonly string[] = [
  ...[
    '{}',
    '[]',
    '""',
    '0',
    '-0',
    '1.5',
    '-1e-3',
    '1E5',
    '1e+15',
    '9007199254740991',
    '-9007199254740991',
    '5e-324',
    'true',
    'null',
  ],
  ...[
    '"\\u0041\\n\\t\\r\\/\\\\\\""',
    '"\\ud83d\\ude00"',
    '"😀"',
    '"\u2028"',
    '"é"',
    '"e\u0301"',
    '"[{,:"',
    '"// x"',
    '"<<"',
    '"&a *a !!x"',
  ],
  ...[
    '{"":1}',
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":2}]',
    '{"a":"b:c","d":"{\\"a\\":1}"}',
    '{"k":"k","K":1}',
    '{"proto":1}',
  ],
  ...[
    '{"é":1,"e\u0301":2}',
    '{"a/b":1,"a~b":2}',
    '{"metadata":{"signature":{}}}',
    '\t[ 1 ,\r\n2 ]\n',
    '{"a" : [ ] , "b" : { } }',
  ],
  ...[
    `${'['.repeat(64)}${']'.repeat(64)}`,
    `[${'1,'.repeat(19_998)}1]`,
    `{"${'k'.repeat(256)}":1}`,
    `"${'x'.repeat(500_000)}"`,
  ],
];
