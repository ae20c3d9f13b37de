import { parse } from 'yaml';

import { ApiError } from '../api.error.js';
import { groupVersion } from '../kinds.js';
import { isObject, type JsonObject, type KubeObject, textField } from '../objects.js';
import { checkFields } from '../schema/field.check.js';
import type { ResourceRequest } from './request.js';

const READABLE = ['application/json', 'application/yaml'];

/**
 * The object in the body of a create or update, with name and namespace of the path.
 * @throws ApiError 400, 415
 */
export function parseObject(request: ResourceRequest): KubeObject {
  if (request.contentType !== '' && !READABLE.includes(request.contentType)) {
    throw ApiError.unsupportedMediaType(READABLE);
  }
  const value = parseBody(request);
  if (!isObject(value)) throw ApiError.badRequest('the body of the request must be an object');
  return asObjectOf(request, value);
}

/** Checks that a body belongs to the path and fills in what the path says. */
export function asObjectOf(request: ResourceRequest, value: JsonObject): KubeObject {
  const { kind, name, namespace } = request;
  const apiVersion = textField(value, 'apiVersion') || groupVersion(kind);
  const kindName = textField(value, 'kind') || kind.kind;
  if (apiVersion !== groupVersion(kind) || kindName !== kind.kind) {
    const given = `${apiVersion}, Kind=${kindName}`;
    throw ApiError.badRequest(`the object provided is unrecognized (must be of type ${kind.kind}): ${given}`);
  }
  const metadata: JsonObject = isObject(value['metadata']) ? { ...value['metadata'] } : {};
  if (metadata['namespace'] !== undefined && namespace !== undefined && metadata['namespace'] !== namespace) {
    const why = 'the namespace of the provided object does not match the namespace sent on the request';
    throw ApiError.badRequest(why);
  }
  if (name !== '' && metadata['name'] !== undefined && metadata['name'] !== name) {
    const why = `the name of the object (${textField(metadata, 'name')}) does not match the name on the URL (${name})`;
    throw ApiError.badRequest(why);
  }
  if (name !== '') metadata['name'] = name;
  if (namespace !== undefined) metadata['namespace'] = namespace;
  return decodable(request, { ...value, apiVersion, kind: kindName, metadata });
}

/** Unknown fields are dropped, as the API server drops them, or refused when the client wants it strict. */
function decodable({ kind, query }: ResourceRequest, value: JsonObject): KubeObject {
  const { pruned, unknown, undecodable } = checkFields(value, groupVersion(kind), kind.kind);
  const strict = query.get('fieldValidation') === 'Strict' ? unknown : [];
  const problems = strict.map((path) => `unknown field ${JSON.stringify(path)}`).join(', ');
  const why = undecodable[0] ?? (problems === '' ? undefined : `strict decoding error: ${problems}`);
  if (why !== undefined) {
    const subject = `${kind.kind} in version ${JSON.stringify(kind.version)}`;
    throw ApiError.badRequest(`${subject} cannot be handled as a ${kind.kind}: ${why}`);
  }
  return pruned as unknown as KubeObject;
}

/** Options in the body of a delete or eviction; an empty body means none. */
export function parseOptions(request: ResourceRequest): JsonObject {
  if (request.body.trim() === '') return {};
  const value = parseBody(request);
  if (!isObject(value)) throw ApiError.badRequest('options must be an object');
  const isEviction = value['kind'] === 'Eviction';
  const { undecodable } = isEviction
    ? checkFields(value, 'policy/v1', 'Eviction')
    : checkFields(value, 'meta/v1', 'DeleteOptions');
  if (undecodable[0] !== undefined) throw ApiError.badRequest(undecodable[0]);
  return value;
}

/** JSON, or YAML where the content type says so. */
export function parseBody(request: ResourceRequest): unknown {
  try {
    return request.contentType.includes('yaml') ? parse(request.body) : JSON.parse(request.body);
  } catch {
    throw ApiError.badRequest('the body of the request could not be read as JSON');
  }
}
