import type { Random } from '../mutations.js';
import type { Operation, Parameter } from './document.js';
import { type Draft, jsonBody } from './draft.js';
import { draw } from './draw.js';
import { fits } from './fits.js';
import { isObject, type JsonObject, listOf, objectAt } from './json.js';
import type { Pool } from './pool.js';
import type { Schema } from './schema.js';
import type { Supply } from './supply.js';

interface Member {
  readonly name: string;
  readonly schema: Schema;
  readonly required: boolean;
  readonly example?: unknown;
}

/** Requests that fit the document, made of what exists where possible, else of its examples and schemas. */
export class PositiveRequests {
  constructor(
    private readonly pool: Pool,
    private readonly supply: Supply,
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
    const inPath = operation.parameters.filter((one) => one.in === 'path').map(({ name }) => name);
    const avoided = operation.method === 'GET' ? () => false : (value: unknown) => this.pool.isProtected(value);
    const seen = this.seen(operation, inPath, random);
    const base = Object.values(seen).some(avoided) ? {} : seen;
    const chosen = operation.parameters.map((one) => [one.name, this.choose(one, base, random)] as const);
    const isAvoided = chosen.some(([name, value]) => inPath.includes(name) && avoided(value));
    return isAvoided
      ? Object.fromEntries(operation.parameters.map((one) => [one.name, draw(one.schema, random)]))
      : Object.fromEntries(chosen);
  }

  /** Of this very route, or of the collection that it belongs to. */
  private seen(operation: Operation, inPath: readonly string[], random: Random): JsonObject {
    const places = [collectionOf(operation), operation.path];
    if (random.below(3) === 0) places.reverse();
    for (const place of places) {
      const found = this.pool.find(place, inPath, random);
      if (found) return found;
    }
    const alias = inPath.length === 1 ? this.pool.find(collectionOf(operation), ['id'], random) : undefined;
    return alias ? { [inPath[0]!]: alias['id'] } : {};
  }

  private body({ id, body }: Operation, random: Random): Draft['body'] {
    if (!body) return undefined;
    const supplied = this.supply.body(id, random);
    if (supplied && random.below(8) > 0) return supplied;
    if (body.contentType !== 'application/json') return supplied;
    return jsonBody(this.value(body.schema, random));
  }

  private value(schema: Schema, random: Random): unknown {
    const members = Object.entries(objectAt(schema, 'properties'));
    if (members.length === 0) return draw(schema, random);
    const required = listOf(schema['required']).map(String);
    const base = this.pool.findAnywhere(required, random) ?? {};
    const chosen = members.filter(isMember).map(([name, inner]): [string, unknown] => {
      const member = { name, schema: inner, required: required.includes(name), example: inner['example'] };
      return [name, this.choose(member, base, random)];
    });
    return Object.fromEntries(chosen.filter(([, value]) => value !== undefined));
  }

  private choose({ name, schema, required, example }: Member, base: JsonObject, random: Random): unknown {
    if (!required && random.below(2) === 0) return undefined;
    const known = [base[name], example, this.pool.findAnywhere([name], random)?.[name]];
    const order = random.below(6);
    const candidates = order < 4 ? known : order === 4 ? known.slice(1) : [];
    return candidates.find((value) => value !== undefined && fits(schema, value)) ?? draw(schema, random);
  }
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
