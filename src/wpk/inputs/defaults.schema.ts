import { childPointer, isJsonObject, type JsonObject } from '../json.js';
import type { WpkProblem } from '../wpk.error.js';

/** All defaults of an author's schema as one value, and the schema that it must keep. */
export interface DefaultsSchema {
  readonly schema: JsonObject;
  readonly value: JsonObject;
  /** The place in the author's schema of what is wrong with the value. */
  toAuthor(problem: WpkProblem): WpkProblem;
}

/**
 * Each schema with a default becomes a definition, to which the schema around it refers: however deep they nest, each is compiled
 * once, and one validation tries all of them.
 */
export function defaultsSchema(root: JsonObject): DefaultsSchema {
  const found: Found[] = [];
  lift(root, '', found);
  const numbered = <T>(write: (given: Found, at: number) => T): Readonly<Record<string, T>> =>
    Object.fromEntries(found.map((given, at) => [String(at), write(given, at)]));
  return {
    schema: {
      $defs: numbered(({ schema }) => schema),
      type: 'object',
      properties: numbered((_, at) => referenceTo(at)),
    },
    value: numbered(({ schema }) => schema['default']),
    toAuthor: (problem) => {
      const [, number = '', ...rest] = problem.pointer.split('/');
      const pointer = [`${found[Number(number)]?.pointer ?? ''}/default`, ...rest].join('/');
      return { ...problem, pointer };
    },
  };
}

interface Found {
  readonly pointer: string;
  readonly schema: JsonObject;
}

function lift(schema: JsonObject, pointer: string, found: Found[]): JsonObject {
  const inside = (key: string): JsonObject => liftMember(schema, key, pointer, found);
  const { properties } = schema;
  const lifted = {
    ...schema,
    ...(isJsonObject(properties) ? { properties: liftAll(properties, `${pointer}/properties`, found) } : {}),
    ...inside('items'),
    ...inside('additionalProperties'),
  };
  if (schema['default'] === undefined) return lifted;
  found.push({ pointer, schema: lifted });
  return referenceTo(found.length - 1);
}

function liftMember(schema: JsonObject, key: string, pointer: string, found: Found[]): JsonObject {
  const member = schema[key];
  return isJsonObject(member) ? { [key]: lift(member, `${pointer}/${key}`, found) } : {};
}

function liftAll(schemas: JsonObject, pointer: string, found: Found[]): JsonObject {
  const members = Object.entries(schemas);
  return Object.fromEntries(
    members.map(([key, schema]) => [
      key,
      isJsonObject(schema) ? lift(schema, childPointer(pointer, key), found) : schema,
    ]),
  );
}

function referenceTo(number: number): JsonObject {
  return { $ref: `#/$defs/${number}` };
}
