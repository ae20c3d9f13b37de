/** A value or a key as it is typed, that a package may not hold. */
export interface Fault {
  readonly rule: string;
  readonly text: string;
  /** False where the fault is found somewhere else than where it begins. */
  readonly isPlaced?: boolean;
  readonly hint?: string;
}

const faults = (rule: string, texts: readonly string[], more: Omit<Fault, 'rule' | 'text'> = {}): Fault[] =>
  texts.map((text) => ({ rule, text, ...more }));

const quote = { hint: 'Quote this value.' };

/** Plain scalars that YAML 1.1 or Go reads as something else than YAML 1.2. */
export const AMBIGUOUS: readonly string[] = [
  ...['y', 'Y', 'n', 'yes', 'Yes', 'NO', 'no', 'on', 'On', 'OFF', 'off'],
  ...['017', '00', '-010', '+07', '08', '0o17', '0O17', '0b11', '0B1', '-0b1', '-0x1F', '+0x1f', '0X1F'],
  ...['1_000', '0x1_0', '1_0.5', '685_230.15e+03', '1e1_0', '0_1'],
  ...['1:30', '12:30:45', '-1:30', '190:20:30.15'],
  ...['2024-01-01', '2024-1-1', '2024-01-01T00:00:00Z', '2001-12-14 21:59:43.10 -5'],
  ...['1e5', '1E5', '1e+5', '1.5e3', '12e-1', '=', '<<'],
];

/** Of them, those that are ambiguous as keys too: `on` is a member of the format. */
const AMBIGUOUS_KEYS = AMBIGUOUS.filter((text) => /^[-+0-9=]/.test(text));

export const VALUE_FAULTS: readonly Fault[] = [
  ...faults('anchors', ['&a x', '&a {b: 1}', '&a [1]', '&a "x"', '&a'], { isPlaced: false }),
  ...faults('aliases', ['*a', '*b1'], { isPlaced: false }),
  ...faults('tags', ['!x y', '!!str y', '! y', '!!binary aGk=', '!<tag:yaml.org,2002:str> y', '!!set {a: null}'], {
    isPlaced: false,
  }),
  ...faults('tags', ["!!js/function 'x'", '!!python/object/apply:os.system [id]', '!!map {}', '!!seq []', '!!null'], {
    isPlaced: false,
  }),
  ...faults('ambiguous scalars', AMBIGUOUS, quote),
  ...faults('numbers', ['9007199254740993', '-9007199254740992', '1'.repeat(400), '0x20000000000000']),
  ...faults('numbers', ['1.0e+999', '-1.0e+999', '.inf', '-.INF', '+.Inf', '.nan', '.NaN', '9007199254740992.0']),
  ...faults('lone surrogates', ['"\\ud800"', '"x\\udc00y"', '"\\udc00\\ud800"']),
  ...faults('control characters', ['"\\0"', '"\\u0000"', '"\\e[31m"', '"\\x7f"', '"\\N"', '"\\u009b"', '"\\uFEFF"']),
  ...faults('control characters', ['x\u0000', 'x\u0007y', '"\u001b[0m"', 'x\u0085y', "'\u007f'", '"\ufeff"'], {
    isPlaced: false,
  }),
  ...faults('line breaks', ['x\ry', '"x\ry"', "'x\u2028y'", 'x\u2029y'], { isPlaced: false }),
  ...faults('merge keys', ['{<<: {a: 1}}', '{"<<": {a: 1}}', '{<<: [{a: 1}]}'], { isPlaced: false }),
  ...faults(
    'syntax',
    ['@x', '`x', '"open', "'open", '[1', '{a: 1', ']', '}', '%x: y: z', 'a: b: c', '"a" b', '"\\q"'],
    {
      isPlaced: false,
    },
  ),
];

const control = (text: string): string => `"k\\x${text}"`;

/** Keys that stand nowhere. Each is added to a map with the value 1. */
export const KEY_FAULTS: readonly Fault[] = [
  ...faults('merge keys', ['<<', '"<<"', "'<<'"]),
  ...faults('prototype keys', ['__proto__', 'constructor', 'prototype', "'__proto__'", '"\\x5f_proto__"']),
  ...faults('keys are texts', ['1', '1.5', '-3', 'true', 'False', 'null', '~', '.5', '0x1F']),
  ...faults('keys are texts', ['[a]', '{a: b}'], { isPlaced: false }),
  ...faults('keys are texts', ['.inf', '9007199254740993']),
  ...faults('ambiguous scalars', AMBIGUOUS_KEYS, quote),
  ...faults('anchors', ['&a k', '&a "k"'], { isPlaced: false }),
  ...faults('aliases', ['*a '], { isPlaced: false }),
  ...faults('tags', ['!x k', '!!str k', '! k'], { isPlaced: false }),
  ...faults('control characters', [control('1b'), control('7f'), control('85'), '"k\\0"', '"k\\ud83d"']),
];

/** One name, typed in ways that a reader sees as two or as one. */
export const SAME_KEY: readonly ((key: string) => string)[] = [
  (key) => key,
  (key) => `"${key}"`,
  (key) => `'${key}'`,
  (key) => `"\\x${key.charCodeAt(0).toString(16)}${key.slice(1)}"`,
  (key) => `"\\u00${key.charCodeAt(0).toString(16)}${key.slice(1)}"`,
];
