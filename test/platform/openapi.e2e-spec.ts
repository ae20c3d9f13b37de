import { beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

import { API_PROBLEMS } from '../../src/api.module.js';
import { HTTP_PROBLEMS } from '../../src/platform/http/http.problems.js';
import { Atom } from '../e2e/atom.js';
import { deployments } from '../e2e/packages.js';
import { fits } from '../fuzz/openapi/fits.js';
import { isObject, type JsonObject, listOf, objectAt } from '../fuzz/openapi/json.js';
import { SchemaReader } from '../fuzz/openapi/schema.js';

// The document of the built api: Nest's compiler plugin, which reads the comments of DTOs, is at work there only.

let document: JsonObject;
let operations: [name: string, operation: JsonObject][];

beforeAll(async () => {
  const atom = await Atom.start({ queue: 'postgres', manifests: deployments(1) });
  document = (await (await fetch(`${atom.url}/docs-json`)).json()) as JsonObject;
  await atom.stop();
  operations = Object.entries(objectAt(document, 'paths')).flatMap(([path, item]) =>
    Object.keys(objectAt(item)).map((method): [string, JsonObject] => [`${method} ${path}`, objectAt(item, method)]),
  );
});

/** Names of the operations for which this does not hold. */
function without(holds: (operation: JsonObject, name: string) => boolean): string[] {
  return operations.filter(([name, operation]) => !holds(operation, name)).map(([name]) => name);
}

function responsesOf(operation: JsonObject): [status: string, response: JsonObject][] {
  return Object.entries(objectAt(operation, 'responses')).map(([status, response]) => [status, objectAt(response)]);
}

/** Every schema in the document, with where it is. */
function* schemasIn(value: unknown, place: string): Generator<[place: string, schema: JsonObject]> {
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* schemasIn(item, `${place}/${index}`);
  if (!isObject(value)) return;
  if (typeof value['type'] === 'string' && !('in' in value)) yield [place, value];
  for (const [name, member] of Object.entries(value)) {
    if (name !== 'example' && name !== 'examples') yield* schemasIn(member, `${place}/${name}`);
  }
}

function allSchemas(): [place: string, schema: JsonObject][] {
  const components = schemasIn(objectAt(document, 'components', 'schemas'), '#');
  return [...components, ...schemasIn(document['paths'], '#')];
}

function codesOf(response: JsonObject): readonly string[] {
  const parts = listOf(objectAt(response, 'content', 'application/problem+json', 'schema')['allOf']);
  return parts.flatMap((part) => listOf(objectAt(part, 'properties', 'code')['enum'])).map(String);
}

describe('the OpenAPI document', () => {
  it('has a summary and a name of its own for every operation', () => {
    expect(without(({ summary }) => typeof summary === 'string' && summary.length > 5)).toEqual([]);
    const ids = operations.map(([, operation]) => operation['operationId']);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('says of every operation what a good answer holds', () => {
    const isGood = ([status, response]: [string, JsonObject]): boolean =>
      /^2/.test(status) && (status === '204' || Object.keys(objectAt(response, 'content')).length > 0);
    expect(without((operation) => responsesOf(operation).some(isGood))).toEqual([]);
  });

  it('asks for a token everywhere below /v1, and names the permission', () => {
    const isGuarded = (operation: JsonObject): boolean => {
      const statuses = Object.keys(objectAt(operation, 'responses'));
      const asksForToken = listOf(operation['security']).some((one) => isObject(one) && 'bearer' in one);
      return (
        asksForToken &&
        typeof operation['x-permission'] === 'string' &&
        ['401', '403'].every((one) => statuses.includes(one))
      );
    };
    expect(without((operation, name) => !name.includes(' /v1/') || isGuarded(operation))).toEqual([]);
  });

  it('gives every refusal the shape of a problem', () => {
    const isProblem = ([status, response]: [string, JsonObject]): boolean =>
      /^[123]/.test(status) || codesOf(response).length > 0;
    expect(without((operation, name) => !name.includes(' /v1/') || responsesOf(operation).every(isProblem))).toEqual(
      [],
    );
  });

  it('names every problem that the api knows, with its status, and no other', () => {
    const known = [HTTP_PROBLEMS, ...API_PROBLEMS].flatMap((types) => Object.entries(types));
    const documented = operations.flatMap(([, operation]) =>
      responsesOf(operation).flatMap(([status, response]) => codesOf(response).map((code) => `${status} ${code}`)),
    );
    const all = known.map(([code, { status }]) => `${status} ${code}`);
    expect([...new Set(documented)].sort()).toEqual(all.sort());
  });

  it('describes every parameter of every path', () => {
    const named = (operation: JsonObject): string[] =>
      listOf(operation['parameters'])
        .filter((one) => objectAt(one)['in'] === 'path')
        .map((one) => String(objectAt(one)['name']));
    const inPath = (name: string): string[] => [...name.matchAll(/\{(.+?)\}/g)].map(([, parameter]) => parameter!);
    expect(without((operation, name) => inPath(name).join() === named(operation).join())).toEqual([]);
  });

  it('has an example for every part of a path that names a workflow, a version or a run', () => {
    const hasExample = (parameter: JsonObject): boolean =>
      parameter['in'] !== 'path' || typeof objectAt(parameter, 'schema')['example'] === 'string';
    const isTold = (operation: JsonObject): boolean =>
      listOf(operation['parameters']).every((one) => hasExample(objectAt(one)));
    expect(without((operation, name) => !/ \/v1\/(workflows|runs)/.test(name) || isTold(operation))).toEqual([]);
  });

  it('says where to find the version that was registered', () => {
    const register = objectAt(document, 'paths', '/v1/workflows', 'post');
    const good = responsesOf(register).filter(([status]) => status.startsWith('2'));
    expect(good.map(([, response]) => 'location' in objectAt(response, 'headers'))).toEqual([true, true]);
  });

  it('has schemas that a strict validator takes', () => {
    const ajv = new Ajv2020({ strict: true });
    addFormats.default(ajv);
    ajv.addVocabulary(['example']);
    const reader = new SchemaReader(document, false);
    const refused = allSchemas().flatMap(([place, schema]) => {
      try {
        ajv.compile(reader.read(schema));
        return [];
      } catch (error) {
        return [`${place}: ${String(error)}`];
      }
    });
    expect(refused).toEqual([]);
  });

  it('has examples that are valid', () => {
    const reader = new SchemaReader(document);
    const wrong = allSchemas().filter(
      ([, schema]) => 'example' in schema && !fits(reader.read(schema), schema['example']),
    );
    expect(wrong).toEqual([]);
  });

  it('says of every object which members it has, or that it may have any', () => {
    const open = allSchemas().filter(
      ([, schema]) =>
        schema['type'] === 'object' && !['properties', 'additionalProperties', 'allOf'].some((name) => name in schema),
    );
    expect(open.map(([place]) => place)).toEqual([]);
  });
});
