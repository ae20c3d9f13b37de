import { isJsonObject } from '../json.js';

/**
 * Which members the objects of a document may have, by path; `*` in a path stands for every item of a list. What is not
 * named in a table may hold anything.
 */
export type MemberTable = readonly (readonly [path: string, members: readonly string[]])[];

/** Makes the error of the caller's document out of a reason. */
export type Refuse = (reason: string) => Error;

interface Place {
  readonly path: string;
  readonly node: unknown;
}

/** Throws for a member that the table does not know, and where an object or a list is anything else. */
export function checkMembers(document: unknown, table: MemberTable, refuse: Refuse): void {
  for (const [path, members] of table) {
    for (const place of placesAt(document, path, refuse)) checkObject(place, members, refuse);
  }
}

/** What stands at a path; several where the path goes through lists, none where a member is absent. */
export function nodesAt(document: unknown, path: string, refuse: Refuse): unknown[] {
  return placesAt(document, path, refuse).map(({ node }) => node);
}

function placesAt(document: unknown, path: string, refuse: Refuse): Place[] {
  let places: Place[] = [{ path: '', node: document }];
  for (const step of path === '' ? [] : path.split('.')) {
    places = places.flatMap((place) => (step === '*' ? itemsOf(place, refuse) : memberOf(place, step)));
  }
  return places;
}

function itemsOf({ path, node }: Place, refuse: Refuse): Place[] {
  if (!Array.isArray(node)) throw refuse(`${path} is not a list`);
  return node.map((item: unknown, index) => ({ path: `${path}[${index}]`, node: item }));
}

function memberOf({ path, node }: Place, name: string): Place[] {
  if (!isJsonObject(node) || !Object.hasOwn(node, name)) return [];
  return [{ path: path === '' ? name : `${path}.${name}`, node: node[name] }];
}

function checkObject({ path, node }: Place, members: readonly string[], refuse: Refuse): void {
  if (!isJsonObject(node)) throw refuse(`${path || 'it'} is not an object`);
  const stranger = Object.keys(node).find((name) => !members.includes(name));
  if (stranger !== undefined) {
    throw refuse(`it has an unknown member "${stranger.slice(0, 64)}" in ${path || 'itself'}`);
  }
}
