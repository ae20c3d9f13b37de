import type { OpenAPIObject } from '@nestjs/swagger';

import type { ProblemType, ProblemTypes } from '../errors/domain.error.js';
import { PROBLEM_EXTENSION } from './api-problems.decorator.js';
import { HTTP_PROBLEMS, type HttpProblemCode } from './http.problems.js';

type PathItem = OpenAPIObject['paths'][string];
export type Operation = NonNullable<PathItem['get']>;
type Responses = Operation['responses'];
type Response = NonNullable<Responses[string]>;

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

const string = { type: 'string' as const };
const count = { type: 'integer' as const, minimum: 1 };

/** RFC 9457, with the members that Atom adds. */
const PROBLEM = {
  type: 'object' as const,
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'requestId'],
  properties: {
    type: { type: 'string' as const, format: 'uri' },
    title: string,
    status: { type: 'integer' as const },
    detail: { type: 'string' as const, description: 'For people: what is wrong and what to do next.' },
    instance: string,
    code: { type: 'string' as const, description: 'For programs: it never changes.' },
    requestId: { type: 'string' as const, description: 'As in the header x-request-id, and in the log.' },
    errors: {
      type: 'array' as const,
      items: {
        type: 'object' as const,
        required: ['pointer', 'detail'],
        properties: { pointer: string, detail: string, line: count, column: count },
      },
    },
  },
};

const REQUEST_ID = { description: 'In every log line of the request.', required: true, schema: string };

/**
 * Gives each operation behind a token a response for every status that it may refuse with, naming the codes: those that
 * `ApiProblems` names, and those that come with its parameters, its body and its method.
 */
export function describeRefusals(document: OpenAPIObject): void {
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: PROBLEM },
    headers: { ...document.components?.headers, RequestId: REQUEST_ID },
  };
  for (const [method, operation] of operationsOf(document)) if (operation.security) describe(operation, method);
}

export function operationsOf(document: OpenAPIObject): [method: string, operation: Operation][] {
  return Object.values(document.paths).flatMap((item) =>
    METHODS.flatMap((method): [string, Operation][] => {
      const operation = item[method];
      return operation ? [[method, operation]] : [];
    }),
  );
}

function describe(operation: Operation, method: string): void {
  const problems = new Map<string, ProblemType>([...takeDeclared(operation), ...commonTo(operation, method)]);
  for (const status of new Set([...problems.values()].map((type) => type.status))) {
    const members = [...problems].filter(([, type]) => type.status === status);
    operation.responses[status] = refusal(status, Object.fromEntries(members));
  }
  for (const response of Object.values(operation.responses)) if (response) addRequestId(response);
}

/** What `ApiProblems` left in the operation. */
function takeDeclared(operation: Operation): [string, ProblemType][] {
  const extensions = operation as unknown as Record<string, unknown>;
  const names = Object.keys(extensions).filter((name) => name.startsWith(PROBLEM_EXTENSION));
  return names.map((name) => {
    const type = extensions[name] as ProblemType;
    Reflect.deleteProperty(extensions, name);
    return [name.slice(PROBLEM_EXTENSION.length), type];
  });
}

function commonTo(operation: Operation, method: string): [HttpProblemCode, ProblemType][] {
  const codes: HttpProblemCode[] = ['headers-too-large', 'internal-error', 'unavailable'];
  const parameters = (operation.parameters ?? []).filter((one) => 'in' in one);
  const places = new Set(parameters.map((parameter) => parameter.in));
  if (places.has('path')) codes.push('request-malformed', 'not-found', 'path-too-long');
  if (places.has('query')) codes.push('request-invalid');
  if (parameters.some(({ name }) => name === 'cursor')) codes.push('cursor-invalid');
  // A body is read with every other method, also where none is expected.
  if (method !== 'get') codes.push('request-malformed', 'body-too-large', 'media-type-unsupported');
  if (hasJsonBody(operation)) codes.push('request-invalid');
  return codes.map((code) => [code, HTTP_PROBLEMS[code]]);
}

function hasJsonBody({ requestBody }: Operation): boolean {
  return requestBody !== undefined && 'content' in requestBody && 'application/json' in requestBody.content;
}

function refusal(status: number, types: ProblemTypes): Response {
  const entries = Object.entries(types);
  const headers = new Set(entries.flatMap(([, type]) => Object.keys(type.headers ?? {})));
  const only = {
    type: 'object' as const,
    properties: {
      status: { type: 'integer' as const, enum: [status] },
      code: { type: 'string' as const, enum: entries.map(([code]) => code) },
    },
  };
  return {
    description: entries.map(([code, { title }]) => `\`${code}\`: ${title}.`).join(' '),
    headers: Object.fromEntries([...headers].map((name) => [name, { schema: string }])),
    content: {
      'application/problem+json': { schema: { allOf: [{ $ref: '#/components/schemas/Problem' }, only] } },
    },
  };
}

function addRequestId(response: Response): void {
  if ('$ref' in response) return;
  response.headers = { ...response.headers, 'x-request-id': { $ref: '#/components/headers/RequestId' } };
}
