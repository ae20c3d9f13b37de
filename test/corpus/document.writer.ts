/** A document before it is written. A text is put down as it stands; members are a list, so that a key can stand twice. */
export type Tree = string | { readonly map: readonly Member[] } | { readonly list: readonly Tree[] };
export type Member = readonly [key: string, value: Tree];

/** The ways in which the same document is written. */
export const STYLES = {
  block: { indent: 2, isFlow: false, end: '\n' },
  wide: { indent: 7, isFlow: false, end: '\n' },
  crlf: { indent: 2, isFlow: false, end: '\r\n' },
  comments: { indent: 2, isFlow: false, end: ' # ${{ "[{&*!" }}\n' },
  flow: { indent: 0, isFlow: true, end: '\n' },
} as const;

export type StyleName = keyof typeof STYLES;

interface Style {
  readonly indent: number;
  readonly isFlow: boolean;
  readonly end: string;
}

export interface Written {
  readonly text: string;
  /** Where the marked text stands, both from 1. */
  readonly line: number;
  readonly column: number;
}

/** Stands in front of the key or value whose place in the text is wanted. */
export const MARK = '\ue000';

export function writeDocument(tree: Tree, styleName: StyleName): Written {
  const style = STYLES[styleName];
  const marked = style.isFlow ? `${flow(tree)}\n` : block(tree, 0, style);
  const at = Math.max(0, marked.indexOf(MARK));
  return {
    text: marked.replace(MARK, ''),
    line: marked.slice(0, at).split('\n').length,
    column: at - marked.lastIndexOf('\n', at),
  };
}

function flow(tree: Tree): string {
  if (typeof tree === 'string') return tree;
  if ('list' in tree) return `[${tree.list.map(flow).join(' , ')} ]`;
  return `{${tree.map.map(([key, value]) => `${key} : ${flow(value)}`).join(' , ')} }`;
}

function block(tree: Tree, depth: number, style: Style): string {
  const pad = ' '.repeat(depth * style.indent);
  if (typeof tree === 'string') return `${pad}${tree}${style.end}`;
  if ('list' in tree) return tree.list.map((item) => `${pad}-${below(item, depth, style)}`).join('');
  return tree.map.map(([key, value]) => `${pad}${key}:${below(value, depth, style)}`).join('');
}

function below(value: Tree, depth: number, style: Style): string {
  if (typeof value === 'string') return ` ${value}${style.end}`;
  return `${style.end}${block(value, depth + 1, style)}`;
}

/** The tree with the value at a path changed. */
export function changeAt(tree: Tree, path: readonly (string | number)[], change: (value: Tree) => Tree): Tree {
  const [step, ...rest] = path;
  if (step === undefined) return change(tree);
  if (typeof tree === 'string') throw new Error(`There is nothing below '${tree}'`);
  if ('list' in tree) return { list: tree.list.map((item, at) => (at === step ? changeAt(item, rest, change) : item)) };
  return { map: tree.map.map(([key, value]) => [key, key === step ? changeAt(value, rest, change) : value]) };
}

/** A tree of ordinary JSON, every text in quotes of JSON, every key bare. */
export function treeOf(value: unknown): Tree {
  if (Array.isArray(value)) return { list: value.map(treeOf) };
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return { map: Object.entries(value).map(([key, member]) => [key, treeOf(member)]) };
}
