import type { Random } from '../mutations.js';
import type { Operation, Parameter } from './document.js';
import { type Draft, jsonBody } from './draft.js';
import { draw } from './draw.js';
import { fits } from './fits.js';
import { isObject, type JsonObject, listOf, objectAt } from './json.js';
import type { Pool } from './pool.js';
import type { Schema } from './schema.js';
import type { SuppliedBodies } from './supplied.bodies.js';

interface Member {
  readonly name: string;
  readonly schema: Schema;
  readonly example?: unknown;
}

/** Where a value comes from; where that has none, it is drawn from the schema. */
type Source = 'seen' | 'example' | 'anywhere' | 'schema';

const PATH_SOURCES: readonly Source[] = [...Array<Source>(6).fill('seen'), 'anywhere', 'schema'];
const OTHER_SOURCES: readonly Source[] = [
  'seen',
  'seen',
  'seen',
  'anywhere',
  'anywhere',
  'schema',
  'schema',
  'example',
];
const BODY_SOURCES: readonly Source[] = ['seen', 'seen', 'seen', 'example', 'anywhere', 'schema', 'schema', 'schema'];

/** Requests that fit the document, made of what exists where possible, else of its examples and schemas. */
export class PositiveRequests {
  constructor(
    private readonly pool: Pool,
    private readonly supplied: SuppliedBodies,
  ) {}

  make(operation: Operation, random: Random): Draft {
    const parameters = this.parameters(operation, random);
    const placed = (place: Parameter['in']): [string, unknown][] =>
      operation.parameters
        .filter((one) => one.in === place && parameters[one.name] !== undefined)
        .map(({ name }) => [name, parameters[name]]);
    const body = this.body(operation, random);
    return {
      ...{ operation, method: operation.method },
      path: Object.fromEntries(placed('path').map(([name, value]) => [name, text(value)])),
      query: placed('query').flatMap(([name, value]) =>
        (Array.isArray(value) ? value : [value]).map((one) => [name, text(one)] as const),
      ),
      headers: Object.fromEntries(placed('header').map(([name, value]) => [name, headerText(value)])),
      ...(body && { body }),
    };
  }

  private parameters(operation: Operation, random: Random): JsonObject {
    const inPath = operation.parameters.filter((one) => one.in === 'path');
    const { base, isOwn } = this.seen(operation, inPath, random);
    const chosen = operation.parameters.map((one) => {
      const source = random.pick(one.in === 'path' || isOwn ? PATH_SOURCES : OTHER_SOURCES);
      const value = !one.required && random.below(2) === 0 ? undefined : this.choose(one, base, source, random);
      return [one.name, value] as const;
    });
    const isProtected = chosen.some(
      ([name, value]) => inPath.some((one) => one.name === name) && this.pool.isProtected(value),
    );
    return isProtected && !isOwn && operation.method !== 'GET' ? drawn(operation, random) : Object.fromEntries(chosen);
  }

  /** Of this very route (its cursors and tags), or of the collection that it belongs to. */
  private seen(
    operation: Operation,
    inPath: readonly Parameter[],
    random: Random,
  ): { readonly base: JsonObject; readonly isOwn: boolean } {
    const places = [collectionOf(operation), operation.path];
    if (random.below(2) === 0) places.reverse();
    const names = inPath.map(({ name }) => name);
    const isUsable = (one: JsonObject): boolean => inPath.every(({ name, schema }) => fits(schema, one[name]));
    for (const place of places) {
      const found = this.pool.find(place, names, random, isUsable);
      if (found) return { base: found, isOwn: place === operation.path };
    }
    const [only, ...others] = inPath;
    const alias = only && others.length === 0 ? this.pool.find(collectionOf(operation), ['id'], random) : undefined;
    return { base: only && alias ? { [only.name]: alias['id'] } : {}, isOwn: false };
  }

  private body({ id, body }: Operation, random: Random): Draft['body'] {
    if (!body) return undefined;
    const supplied = this.supplied[id]?.(random);
    if (supplied && random.below(8) > 0) return supplied;
    if (body.contentType !== 'application/json') return supplied;
    return jsonBody(this.value(body.schema, random));
  }

  private value(schema: Schema, random: Random): unknown {
    const members = Object.entries(objectAt(schema, 'properties')).filter(isMember);
    if (members.length === 0) return draw(schema, random);
    const required = listOf(schema['required']).map(String);
    const base = this.pool.findAnywhere(required, random) ?? {};
    const source = random.pick(BODY_SOURCES);
    const chosen = members
      .filter(([name]) => required.includes(name) || random.below(2) === 0)
      .map(([name, inner]) => [
        name,
        this.choose({ name, schema: inner, example: inner['example'] }, base, source, random),
      ]);
    return Object.fromEntries(chosen) as JsonObject;
  }

  private choose({ name, schema, example }: Member, base: JsonObject, source: Source, random: Random): unknown {
    const known = {
      seen: () => base[name],
      example: () => example,
      anywhere: () => this.pool.findAnywhere([name], random)?.[name],
      schema: () => undefined,
    }[source]();
    return known !== undefined && fits(schema, known) ? known : draw(schema, random);
  }
}

function drawn({ parameters }: Operation, random: Random): JsonObject {
  return Object.fromEntries(parameters.map((one) => [one.name, draw(one.schema, random)]));
}

function isMember(member: [string, unknown]): member is [string, Schema] {
  return isObject(member[1]);
}

/** `/v1/runs` of `/v1/runs/{id}/steps`. */
export function collectionOf({ path }: Operation): string {
  return path.replace(/\/\{.*$/, '');
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Whatever a client can put into a header. */
function headerText(value: unknown): string {
  return text(value).replaceAll(/[^\x20-\x7e]/g, '_');
}
