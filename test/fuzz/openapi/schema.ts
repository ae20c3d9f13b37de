import { isObject, type JsonObject, listOf, objectAt } from './json.js';

export type Schema = JsonObject;

const BRANCHES = ['allOf', 'anyOf', 'oneOf'] as const;

/**
 * An OpenAPI 3.0 schema as JSON Schema 2020-12 without references. Objects whose members are listed are closed, so that a
 * member that the document does not name is found; one that may hold anything says `additionalProperties: true`.
 * `nullable` beside `allOf` means "or null", which is how tools read it, though `allOf` alone would say otherwise.
 */
export class SchemaReader {
  constructor(
    private readonly document: JsonObject,
    private readonly closing = true,
  ) {}

  read(schema: unknown): Schema {
    return this.convert(schema, true, []);
  }

  private convert(schema: unknown, closed: boolean, seen: readonly string[]): Schema {
    if (!isObject(schema)) return {};
    const reference = schema['$ref'];
    if (typeof reference === 'string') {
      // A schema that holds itself ends here: what lies deeper is not looked at.
      if (seen.includes(reference)) return {};
      return this.convert(this.resolve(reference), closed, [...seen, reference]);
    }
    const { nullable, ...rest } = schema;
    const inner = this.convertMembers(rest, closed, seen);
    return nullable === true ? { anyOf: [inner, { type: 'null' }] } : inner;
  }

  private convertMembers(schema: JsonObject, closed: boolean, seen: readonly string[]): Schema {
    const result: Record<string, unknown> = { ...schema };
    if (isObject(schema['properties'])) {
      const members = Object.entries(schema['properties']);
      result['properties'] = Object.fromEntries(
        members.map(([name, member]) => [name, this.convert(member, true, seen)]),
      );
    }
    for (const name of ['items', 'additionalProperties']) {
      if (isObject(schema[name])) result[name] = this.convert(schema[name], true, seen);
    }
    for (const name of BRANCHES) {
      if (Array.isArray(schema[name])) result[name] = listOf(schema[name]).map((one) => this.convert(one, false, seen));
    }
    if (this.closing && closed && mayBeObject(schema) && schema['additionalProperties'] === undefined) {
      result['unevaluatedProperties'] = false;
    }
    return result;
  }

  private resolve(reference: string): JsonObject {
    return objectAt(this.document, ...reference.replace('#/', '').split('/'));
  }
}

function mayBeObject(schema: JsonObject): boolean {
  return schema['type'] === 'object' || BRANCHES.some((name) => name in schema);
}
