import type { IncomingMessage } from 'node:http';

import { ApiError } from '../api.error.js';
import type { RequestFacts } from '../faults.js';
import { type Kind, KINDS, type Subresource } from '../kinds.js';
import { decodeProtobuf } from '../schema/protobuf.js';

const BODY_LIMIT = 3 * 1024 * 1024;

/** A request to an object or a collection, as the path and query say. */
export interface ResourceRequest {
  readonly kind: Kind;
  readonly verb: Verb;
  readonly namespace?: string;
  /** '' for a collection. */
  readonly name: string;
  readonly subresource?: Subresource;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly accept: string;
  readonly manager: string;
  readonly dryRun: boolean;
  readonly body: string;
}

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** @throws ApiError 400 */
export function parseUrl(text: string): URL {
  const url = URL.parse(text, 'http://simulator');
  if (!url || !isDecodable(url.pathname)) throw ApiError.badRequest('the path of the request cannot be read');
  return url;
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

interface Target {
  readonly kind: Kind;
  readonly namespace?: string;
  readonly name: string;
  readonly subresource?: Subresource;
}

/**
 * Reads `/api/v1/…` and `/apis/<group>/<version>/…`.
 * @returns undefined when the path names no object or collection of a known kind
 */
export function parseTarget(path: string): Target | undefined {
  const [root, ...rest] = path.split('/').slice(1).map(decodeURIComponent);
  const group = root === 'apis' ? (rest.shift() ?? '') : '';
  const version = rest.shift();
  if (root !== 'api' && root !== 'apis') return undefined;

  let namespace: string | undefined;
  // /namespaces/x and /namespaces/x/status are the namespace itself.
  if (rest[0] === 'namespaces' && rest.length > 2 && rest[2] !== 'status' && rest[2] !== 'finalize') {
    namespace = rest[1];
    rest.splice(0, 2);
  }
  const [plural, name = '', subresource, ...more] = rest;
  const kind = KINDS.find((k) => k.group === group && k.version === version && k.plural === plural);
  if (!kind || more.length > 0 || (namespace !== undefined && !kind.namespaced)) return undefined;
  if (kind.namespaced && namespace === undefined && name !== '') return undefined;
  const target = { kind, name, ...(namespace !== undefined && { namespace }) };
  if (subresource === undefined) return target;
  const known = kind.subresources.find((sub) => sub === subresource);
  return known ? { ...target, subresource: known } : undefined;
}

/** @throws ApiError 405 */
export function verbOf(method: string, target: Target, query: URLSearchParams): Verb {
  const isCollection = target.name === '';
  const isWatch = ['true', '1'].includes(query.get('watch') ?? '');
  const verbs: Record<string, Verb | undefined> = isCollection
    ? { GET: isWatch ? 'watch' : 'list', POST: 'create', DELETE: 'deletecollection' }
    : { GET: 'get', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };
  const verb = target.subresource === 'eviction' && method === 'POST' ? 'create' : verbs[method];
  if (!verb || !isAllowed(verb, target)) throw ApiError.methodNotAllowed();
  return verb;
}

function isAllowed(verb: Verb, { kind, subresource, namespace, name }: Target): boolean {
  if (kind.review) return verb === 'create';
  if (verb === 'create' && kind.namespaced && namespace === undefined) return false;
  if (verb === 'deletecollection' && kind.namespaced && namespace === undefined) return false;
  if (subresource === 'log') return verb === 'get';
  if (subresource === 'eviction') return verb === 'create' && name !== '';
  return subresource === undefined || ['get', 'update', 'patch'].includes(verb);
}

/** @throws ApiError 400 for a value of dryRun that is not `All` */
export function isDryRun(query: URLSearchParams): boolean {
  const values = query.getAll('dryRun');
  if (values.some((value) => value !== 'All')) {
    throw ApiError.badRequest(`Invalid value: ${JSON.stringify(values)}: dryRun must be "All"`);
  }
  return values.length > 0;
}

/** The field manager of a request that names none is the first word of the user agent. */
export function managerOf(query: URLSearchParams, userAgent: string): string {
  return query.get('fieldManager') ?? (userAgent.split(/[/\s]/)[0] || 'unknown');
}

export function factsOf(
  request: Pick<ResourceRequest, 'kind' | 'verb' | 'namespace' | 'name' | 'subresource'>,
): RequestFacts {
  const { kind, verb, namespace, name, subresource } = request;
  return {
    verb,
    group: kind.group,
    resource: kind.plural,
    ...(namespace !== undefined && { namespace }),
    ...(name !== '' && { name }),
    ...(subresource && { subresource }),
  };
}

/** @throws ApiError 413 */
async function readBytes(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > BODY_LIMIT) {
      throw new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${BODY_LIMIT}`);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/**
 * The body as text and its media type without parameters. Protobuf, which Go clients send, arrives here as JSON.
 * @throws ApiError 400, 413
 */
export async function readBody(message: IncomingMessage): Promise<{ body: string; contentType: string }> {
  const bytes = await readBytes(message);
  const contentType = (message.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  if (contentType !== 'application/vnd.kubernetes.protobuf') return { body: bytes.toString('utf8'), contentType };
  try {
    const body = bytes.length === 0 ? '' : JSON.stringify(decodeProtobuf(bytes));
    return { body, contentType: 'application/json' };
  } catch (error) {
    throw ApiError.badRequest(`the protobuf body could not be read: ${error instanceof Error ? error.message : ''}`);
  }
}
