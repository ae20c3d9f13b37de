import { isObject, type JsonObject, listOf, objectAt } from './json.js';
import { type Schema, SchemaReader } from './schema.js';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
  readonly example?: unknown;
}

export interface Answer {
  /** Schema by content type; empty when there is no body. */
  readonly content: ReadonlyMap<string, Schema>;
  /** Names of headers that are always there. */
  readonly headers: readonly string[];
}

export interface Operation {
  readonly id: string;
  readonly method: string;
  /** As the document has it, with `{name}`. */
  readonly path: string;
  /** All that the document has for this path. */
  readonly methodsOfPath: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly body?: { readonly contentType: string; readonly schema: Schema; readonly required: boolean };
  readonly answers: ReadonlyMap<number, Answer>;
  /** `x-permission`: what the caller's role must have. Undefined: no token is needed. */
  readonly permission?: string;
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

/** Every operation below `prefix`. */
export function operationsOf(document: JsonObject, prefix: string): Operation[] {
  const reader = new SchemaReader(document);
  return Object.entries(objectAt(document, 'paths'))
    .filter(([path]) => path.startsWith(prefix))
    .flatMap(([path, item]) =>
      methodsIn(item).map((method) => ({
        ...toOperation(path, method, objectAt(item, method), reader),
        methodsOfPath: methodsIn(item).map((one) => one.toUpperCase()),
      })),
    );
}

export function isStream(operation: Operation): boolean {
  return [...operation.answers.values()].some(({ content }) => content.has('text/event-stream'));
}

function methodsIn(item: unknown): string[] {
  return METHODS.filter((method) => isObject(item) && method in item);
}

function toOperation(
  path: string,
  method: string,
  raw: JsonObject,
  reader: SchemaReader,
): Omit<Operation, 'methodsOfPath'> {
  const [contentType] = Object.keys(objectAt(raw, 'requestBody', 'content'));
  const permission = raw['x-permission'];
  return {
    ...{ id: String(raw['operationId']), method: method.toUpperCase(), path },
    parameters: listOf(raw['parameters'])
      .filter(isObject)
      .map((one) => toParameter(one, reader)),
    ...(contentType !== undefined && {
      body: {
        contentType,
        schema: reader.read(objectAt(raw, 'requestBody', 'content', contentType, 'schema')),
        required: objectAt(raw, 'requestBody')['required'] === true,
      },
    }),
    answers: new Map(
      Object.entries(objectAt(raw, 'responses')).map(([status, one]) => [Number(status), toAnswer(one, reader)]),
    ),
    ...(typeof permission === 'string' && { permission }),
  };
}

function toParameter(raw: JsonObject, reader: SchemaReader): Parameter {
  const read = reader.read(raw['schema']);
  // Without a text there is no such segment, and another route or none is asked.
  const schema = raw['in'] === 'path' ? { minLength: 1, ...read } : read;
  const example = raw['example'] ?? schema['example'];
  return {
    ...{ name: String(raw['name']), in: raw['in'] as Parameter['in'], required: raw['required'] === true, schema },
    ...(example !== undefined && { example }),
  };
}

function toAnswer(raw: unknown, reader: SchemaReader): Answer {
  const content = Object.entries(objectAt(raw, 'content'));
  const headers = Object.entries(objectAt(raw, 'headers'));
  return {
    content: new Map(content.map(([type, media]) => [type, reader.read(objectAt(media, 'schema'))] as const)),
    headers: headers.filter(([, header]) => objectAt(header)['required'] === true).map(([name]) => name),
  };
}
