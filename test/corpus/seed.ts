import { treeOf } from './document.writer.js';

/** A valid package with room for anything in `with` (an action of a later version) and in `outputs`. */
export const SEED = {
  apiVersion: 'atom.dev/v1',
  kind: 'WorkflowPackage',
  metadata: { name: 'demo', version: '1.10.0', description: 'What it does.', tags: ['a', 'b'] },
  spec: {
    inputs: { type: 'object', properties: { size: { type: 'integer', default: 3 } } },
    steps: [{ name: 'one', uses: 'later/action', with: { body: { deep: { er: 'x', list: ['p', 'q', 'r'] } } } }],
    outputs: { shown: 'x' },
  },
};

export const seedTree = treeOf(SEED);

type Path = readonly (string | number)[];

/** Where a value can be put in place of another one. */
export const VALUE_PLACES: readonly Path[] = [
  ['metadata', 'description'],
  ['metadata', 'tags', 1],
  ['spec', 'inputs', 'properties', 'size', 'default'],
  ['spec', 'steps', 0, 'with', 'body', 'deep', 'er'],
  ['spec', 'steps', 0, 'with', 'body', 'deep', 'list', 1],
  ['spec', 'outputs', 'shown'],
];

/** Those of them where any JSON value is valid. */
export const FREE_PLACES = VALUE_PLACES.slice(3);

/** Where a member can be added. */
export const MAP_PLACES: readonly Path[] = [
  [],
  ['metadata'],
  ['spec'],
  ['spec', 'inputs', 'properties'],
  ['spec', 'steps', 0],
  ['spec', 'steps', 0, 'with', 'body', 'deep'],
];

export const FREE_MAP_PLACES = MAP_PLACES.slice(5);

export const pointerOf = (path: Path): string => path.map((part) => `/${part}`).join('');
