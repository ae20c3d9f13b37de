import { SEED } from './seed.js';

type Json = Readonly<Record<string, unknown>>;

const many = <T>(count: number, write: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => write(at));
const named = (count: number, write: (at: number) => unknown): Json =>
  Object.fromEntries(many(count, (at) => [`p${at}`, write(at)]));
const object = (properties: Json, rest: Json = {}): Json => ({ type: 'object', properties, ...rest });
const text = (rest: Json): Json => ({ type: 'string', ...rest });
/** Objects of objects; `members` each, so that a hundred is no limit. */
const wide = (members: number, inside: number, leaf: (at: number) => unknown): Json =>
  object(named(members, (outer) => object(named(inside, (at) => leaf(outer * inside + at)))));
/** Levels of objects, one below the other. */
const deep = (levels: number, leaf: unknown, rest: Json): unknown =>
  many(levels, () => 0).reduce<unknown>((inside) => object({ a: inside }, rest), leaf);
const inputs = (schema: unknown): Json => ({ spec: { ...SEED.spec, inputs: schema } });
const one = (schema: unknown): Json => inputs(object({ a: schema }));
const outputs = (values: readonly unknown[]): Json => ({ spec: { ...SEED.spec, outputs: { all: values } } });
const fill = (piece: string, length: number): string => piece.repeat(length / piece.length);
const letters = (count: number): string => many(count, (at) => (at % 3 === 0 ? 'a' : 'b')).join('');

export type PackageCost = readonly [name: string, decision: string, change: Json];

/** Packages that are read well and cost seconds where what they ask for is not counted: before any signature is looked at. */
export const PACKAGE_COSTS: readonly PackageCost[] = [
  [
    'defaults on every level',
    'WPK.SCHEMA',
    one(
      deep(
        20,
        wide(80, 20, () => text({})),
        { default: {} },
      ),
    ),
  ],
  [
    'defaults on every level of few',
    'accepted',
    one(
      deep(
        20,
        wide(4, 60, () => text({})),
        { default: {} },
      ),
    ),
  ],
  ['defaults on every level of one', 'accepted', one(deep(27, text({}), { default: {} }))],
  ['patterns that count', 'WPK.SCHEMA', inputs(wide(60, 50, (at) => text({ pattern: `(a{1,900})${at}` })))],
  ['few patterns that count', 'WPK.SCHEMA', inputs(wide(5, 50, (at) => text({ pattern: `(a{1,900})${at}` })))],
  ['the same pattern that counts', 'accepted', inputs(wide(5, 50, () => text({ pattern: '(a{1,900})' })))],
  ['defaults', 'WPK.SCHEMA', inputs(wide(100, 20, () => text({ default: 'a' })))],
  ['few defaults', 'accepted', inputs(wide(5, 50, () => text({ default: 'a' })))],
  ['defaults with patterns', 'accepted', inputs(wide(5, 50, (at) => text({ default: `a${at}`, pattern: `a${at}` })))],
  ['members', 'WPK.SCHEMA', inputs(wide(80, 50, () => text({})))],
  ['formats', 'accepted', inputs(wide(5, 50, () => text({ format: 'uri' })))],
  [
    'lists of lists',
    'accepted',
    one(many(27, () => 0).reduce<unknown>((items) => ({ type: 'array', items, default: [] }), text({}))),
  ],
  ['one pattern of counts', 'WPK.SCHEMA', one(text({ pattern: 'a{1,900}'.repeat(120) }))],
  ['one count of a pattern', 'WPK.SCHEMA', one(text({ pattern: `(${'ab?'.repeat(300)}){1000}` }))],
  ['ranges that fold', 'WPK.SCHEMA', one(text({ pattern: `(?i)${'[B-\u{1e900}]'.repeat(140)}` }))],
  ['ranges that fold in one set', 'WPK.SCHEMA', one(text({ pattern: `(?i)[${'B-\\x{1E900}'.repeat(90)}]` }))],
  [
    'letters of all scripts',
    'WPK.SCHEMA',
    inputs(wide(5, 50, (at) => text({ pattern: `(?i)${at}${'[^\\pL]'.repeat(160)}` }))),
  ],
  ['sets that stay open', 'WPK.SCHEMA', inputs(wide(5, 50, (at) => text({ pattern: `${at}${'['.repeat(1_000)}` })))],
  [
    'long patterns',
    'accepted',
    inputs(wide(5, 50, (at) => text({ pattern: `^${at}-[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$` }))),
  ],
  [
    'a default too long for its pattern',
    'WPK.SCHEMA',
    one(text({ pattern: '(a?|b){900}[cd]', default: letters(200_000) })),
  ],
  [
    'defaults too long for their pattern',
    'WPK.SCHEMA',
    one({ type: 'array', items: text({ pattern: '(a|b)*a(a|b){300}[cd]' }), default: many(9_000, () => letters(90)) }),
  ],
  [
    'a list of what breaks an enum',
    'WPK.SCHEMA',
    one({
      type: 'array',
      items: text({ enum: many(200, (at) => `${at}`.padEnd(4_000, 'x')) }),
      default: many(15_000, () => 'y'),
    }),
  ],
  [
    'an enum of objects',
    'WPK.SCHEMA',
    one({
      type: 'array',
      items: object({}, { enum: many(200, (at) => ({ ...named(20, () => 1), z: at })) }),
      default: many(200, () => ({ ...named(20, () => 1), z: -1 })),
    }),
  ],
  ['an enum of thousands', 'WPK.SCHEMA', one(text({ enum: many(15_000, String) }))],
  ['many enums', 'accepted', inputs(wide(5, 18, () => text({ enum: many(200, String) })))],
  ['a const of thousands', 'accepted', one({ type: 'array', const: many(15_000, () => 1) })],
  [
    'a default of thousands',
    'accepted',
    one({ type: 'array', items: { type: 'integer' }, default: many(19_000, () => 1) }),
  ],
  [
    'a default of thousands that is wrong',
    'WPK.SCHEMA',
    one({ type: 'array', items: text({}), default: many(19_000, () => 1) }),
  ],
  ['a deep default', 'accepted', one(object({}, { default: many(55, () => 0).reduce<unknown>((a) => ({ a }), 1) }))],
  ['a default of many members', 'accepted', one(object({}, { default: named(9_000, () => 1) }))],
  ['required names', 'WPK.SCHEMA', inputs(object({}, { required: many(15_000, (at) => `r${at}`) }))],
  ['required names inside', 'WPK.SCHEMA', one(object({}, { required: many(15_000, (at) => `r${at}`) }))],
  ['combinators', 'WPK.SCHEMA', one(text({ allOf: many(3_000, () => text({})) }))],
  ['patternProperties', 'WPK.SCHEMA', one(object({}, { patternProperties: named(3_000, () => text({})) }))],
  ['examples', 'WPK.SCHEMA', one(text({ examples: many(15_000, () => 1) }))],
  ...['date', 'time', 'date-time', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uri', 'uuid'].map(
    (format): PackageCost => [
      `defaults that are almost of the format ${format}`,
      'WPK.SCHEMA',
      one({
        type: 'array',
        items: text({ format }),
        default: ['a', 'a.', '1:', '-', 'a@a', 'P1D', 'a://a%aa'].map((piece) => `${fill(piece, 140_000)}\u00e9`),
      }),
    ],
  ),
  ['expressions', 'WPK.EXPRESSION', outputs(many(12_000, (at) => `\${{ ${at} }}`))],
  ['expressions that are allowed', 'accepted', outputs(many(2_000, (at) => `\${{ run.id + "${at}" }}`))],
  ['long expressions', 'WPK.EXPRESSION', outputs(many(450, (at) => `\${{ [${at}${',1'.repeat(990)}] }}`))],
  ['long expressions that are allowed', 'accepted', outputs(many(60, (at) => `\${{ [${at}${',1'.repeat(990)}] }}`))],
  [
    'long expressions of names that nobody knows',
    'WPK.EXPRESSION',
    outputs(many(60, (at) => `\${{ [${at}${',steps.no'.repeat(200)}] }}`)),
  ],
  ['expressions that match', 'WPK.EXPRESSION', outputs(many(1_900, (at) => `\${{ "a".matches("(a{1,900})${at}") }}`))],
  [
    'an expression that matches',
    'WPK.EXPRESSION',
    outputs([`\${{ [${many(300, (at) => `"a".matches("(a{1,900})${at}")`).join(', ')}] }}`]),
  ],
  [
    'an expression whose pattern folds',
    'WPK.EXPRESSION',
    outputs([`\${{ "a".matches("(?i)${'[B-\u{1e900}]'.repeat(140)}") }}`]),
  ],
  [
    'expressions where none is evaluated',
    'WPK.EXPRESSION',
    {
      spec: {
        ...SEED.spec,
        permissions: many(90, () => ({
          apiGroups: [''],
          resources: ['pods'],
          verbs: ['get'],
          namespaces: many(50, (at) => `n${at}`),
        })),
        inputs: object({ a: { type: 'array', items: text({}), default: many(8_000, (at) => `\${{ ${at} }}`) } }),
      },
    },
  ],
];

/** About a mebibyte of one thing that no package has so many of. */
export const PACKAGE_MEBIBYTES: readonly (readonly [name: string, change: object])[] = [
  ['members that nobody knows', Object.fromEntries(Array.from({ length: 9_000 }, (_, at) => [`k${at}`, at]))],
  ['tags', { metadata: { ...SEED.metadata, tags: Array.from({ length: 15_000 }, (_, at) => `t${at}`) } }],
  ['hosts', { spec: { ...SEED.spec, egress: Array.from({ length: 15_000 }, (_, at) => `h${at}.example.com`) } }],
  ['steps', { spec: { steps: Array.from({ length: 3_800 }, (_, at) => ({ name: `s${at}`, uses: 'later/action' })) } }],
  [
    'steps of one name',
    { spec: { steps: Array.from({ length: 3_800 }, () => ({ name: 's', uses: 'later/action' })) } },
  ],
  [
    'outputs',
    { spec: { ...SEED.spec, outputs: Object.fromEntries(Array.from({ length: 9_000 }, (_, at) => [`o${at}`, 1])) } },
  ],
  [
    'permissions',
    { spec: { ...SEED.spec, permissions: Array.from({ length: 3_800 }, () => ({ verbs: ['get', 'get'] })) } },
  ],
];
