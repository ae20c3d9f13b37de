import type { Case } from './case.js';
import {
  changeAt,
  MARK,
  type Member,
  type StyleName,
  STYLES,
  type Tree,
  treeOf,
  writeDocument,
} from './document.writer.js';
import { wholeDocuments } from './documents.whole.js';
import { MAP_PLACES, pointerOf, seedTree, VALUE_PLACES } from './seed.js';
import { type Fault, KEY_FAULTS, SAME_KEY, VALUE_FAULTS } from './yaml.faults.js';

const STYLE_NAMES = Object.keys(STYLES) as StyleName[];

/** Every document that a strict reader refuses. */
export function hostileDocuments(): Case[] {
  return [
    ...valueCases(),
    ...keyCases(),
    ...duplicateCases(),
    ...normalFormCases(),
    ...signatureCases(),
    ...versionCases(),
    ...wholeDocuments(),
  ];
}

function written(tree: Tree, style: StyleName): { bytes: Buffer; line: number; column: number } {
  const { text, line, column } = writeDocument(tree, style);
  return { bytes: Buffer.from(text), line, column };
}

/** Faults × places × styles, thinned out so that each pair of them is there. */
function* products<T>(faults: readonly Fault[], places: readonly T[]): Generator<[Fault, T, StyleName]> {
  let turn = 0;
  for (const fault of faults) {
    for (const place of places) {
      yield [fault, place, STYLE_NAMES[turn % STYLE_NAMES.length]!];
      turn += 1;
    }
    turn += 1; // so that a place meets every style
  }
}

function valueCases(): Case[] {
  return [...products(VALUE_FAULTS, VALUE_PLACES)].map(([fault, path, style]) => {
    const { bytes, line, column } = written(
      changeAt(seedTree, path, () => MARK + fault.text),
      style,
    );
    return {
      name: `${JSON.stringify(fault.text)} at ${pointerOf(path)}, ${style}`,
      ...{ rule: fault.rule, bytes, expected: 'WPK.MALFORMED' },
      ...(fault.isPlaced === false ? {} : { line, column, pointer: pointerOf(path) }),
      ...(fault.hint === undefined ? {} : { hint: fault.hint }),
    };
  });
}

const withMember = (tree: Tree, member: Member): Tree =>
  typeof tree === 'string' || 'list' in tree ? tree : { map: [...tree.map, member] };

function keyCases(): Case[] {
  return [...products(KEY_FAULTS, MAP_PLACES)].map(([fault, path, style]) => {
    const tree = changeAt(seedTree, path, (map) => withMember(map, [MARK + fault.text, '1']));
    const { bytes, line, column } = written(tree, style);
    return {
      name: `key ${fault.text} in '${pointerOf(path)}', ${style}`,
      ...{ rule: fault.rule, bytes, expected: 'WPK.MALFORMED' },
      ...(fault.isPlaced === false ? {} : { line, column, pointer: pointerOf(path) }),
      ...(fault.hint === undefined ? {} : { hint: fault.hint }),
    };
  });
}

function duplicateCases(): Case[] {
  return MAP_PLACES.flatMap((path) =>
    SAME_KEY.flatMap((spell, at) =>
      STYLE_NAMES.map((style): Case => {
        let pointer = '';
        const tree = changeAt(seedTree, path, (map) => {
          const first = typeof map === 'string' || 'list' in map ? '' : map.map[at % map.map.length]![0];
          pointer = pointerOf([...path, first]);
          return withMember(map, [MARK + spell(first), '1']);
        });
        return {
          name: `${pointer} twice, ${spell('k')}, ${style}`,
          rule: 'duplicate keys',
          ...written(tree, style),
          expected: 'WPK.MALFORMED',
          pointer,
        };
      }),
    ),
  );
}

/** Names that look the same and are not. */
function normalFormCases(): Case[] {
  const pairs = ['é', 'ö', 'が', 'Å'].map((text) => [text.normalize('NFC'), text.normalize('NFD')] as const);
  const cases = STYLE_NAMES.flatMap((style) =>
    pairs.map(([composed, decomposed]): Case => {
      const tree = changeAt(seedTree, MAP_PLACES[5]!, (map) =>
        withMember(withMember(map, [composed, '1']), [MARK + decomposed, '2']),
      );
      return {
        name: `${composed} composed and decomposed, ${style}`,
        rule: 'NFC/NFD',
        ...written(tree, style),
        expected: 'WPK.MALFORMED',
      };
    }),
  );
  const names = pairs.flat().map((name): Case => {
    const tree = changeAt(seedTree, ['metadata', 'name'], () => `${MARK}"${name}"`);
    return {
      name: `metadata.name ${name}`,
      rule: 'NFC/NFD',
      bytes: written(tree, 'block').bytes,
      expected: 'WPK.SCHEMA',
      pointer: '/metadata/name',
    };
  });
  return [...cases, ...names];
}

const SIGNATURES: readonly unknown[] = [
  { alg: 'ecdsa-p256-sha256', keyId: 'AAAA', value: 'MEUC' },
  ...[
    'MEUC',
    '',
    null,
    1,
    true,
    [],
    {},
    ['MEUC'],
    [{ value: 'MEUC' }],
    { metadata: { signature: 'MEUC' } },
    { value: null },
  ],
];

/** Embedded signatures are not supported, whatever they look like. */
function signatureCases(): Case[] {
  const spellings = ['signature', '"signature"', '"\\x73ignature"'];
  return SIGNATURES.flatMap((signature, at) =>
    STYLE_NAMES.map((style, turn): Case => {
      const key = spellings[(at + turn) % spellings.length]!;
      const tree = changeAt(seedTree, ['metadata'], (map) => withMember(map, [MARK + key, treeOf(signature)]));
      return {
        name: `${key} ${JSON.stringify(signature)}, ${style}`,
        ...{
          rule: 'embedded signature',
          ...written(tree, style),
          expected: 'WPK.SCHEMA',
          pointer: '/metadata/signature',
        },
        hint: 'Remove metadata.signature, sign the file (atomctl sign or cosign sign-blob) and send the bundle beside it.',
      };
    }),
  );
}

function versionCases(): Case[] {
  return [
    '1.10',
    '1.1',
    '1',
    '-1',
    '1.0',
    '+1.5',
    'null',
    '~',
    'true',
    '[1]',
    '{a: 1}',
    '1.10.0.0',
    '"1.10"',
    'v1.10.0',
  ].flatMap((version) =>
    (['block', 'flow', 'crlf'] as const).map((style): Case => {
      const tree = changeAt(seedTree, ['metadata', 'version'], () => MARK + version);
      const { bytes, line } = written(tree, style);
      return {
        name: `version ${version}, ${style}`,
        rule: 'version is a text',
        bytes,
        line,
        expected: 'WPK.SCHEMA',
        pointer: '/metadata/version',
      };
    }),
  );
}
