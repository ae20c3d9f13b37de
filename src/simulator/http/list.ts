import { ApiError } from '../api.error.js';
import { groupVersion } from '../kinds.js';
import { isObject, type JsonObject, type KubeObject } from '../objects.js';
import { parseFieldSelector, parseLabelSelector, type Predicate } from '../selectors.js';
import type { ObjectStore } from '../store.js';
import { presentList } from './presentation.js';
import type { ResourceRequest } from './request.js';

/** @throws ApiError 400, 410 for a continue token that is too old */
export function listObjects(store: ObjectStore, request: ResourceRequest): JsonObject {
  const { kind, namespace, query } = request;
  const token = query.get('continue');
  const start = token === null ? undefined : readToken(store, token);
  const all = store.list(kind, namespace).filter(selectorOf(request));
  const rest = start ? all.filter((object) => keyOf(object) > start.after) : all;
  const limit = Number(query.get('limit') ?? '0');
  const page = limit > 0 ? rest.slice(0, limit) : rest;
  const last = page.at(-1);
  const version = start?.version ?? store.resourceVersion;
  const metadata: JsonObject = { resourceVersion: String(version) };
  if (last && page.length < rest.length) {
    metadata['continue'] = Buffer.from(JSON.stringify({ version, after: keyOf(last) })).toString('base64url');
    metadata['remainingItemCount'] = rest.length - page.length;
  }
  return presentList({ apiVersion: groupVersion(kind), kind: `${kind.kind}List`, metadata }, page, request);
}

/** Label and field selector of the query. */
export function selectorOf({ kind, name, query }: ResourceRequest): Predicate {
  const byLabel = parseLabelSelector(query.get('labelSelector') ?? '');
  const byField = parseFieldSelector(query.get('fieldSelector') ?? '', kind.kind);
  return (object) => byLabel(object) && byField(object) && (name === '' || object.metadata.name === name);
}

/** Sorts as the store does. */
function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function readToken(store: ObjectStore, token: string): { version: number; after: string } {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    value = undefined;
  }
  if (!isObject(value) || typeof value['version'] !== 'number' || typeof value['after'] !== 'string') {
    throw ApiError.badRequest('continue key is not valid');
  }
  if (!store.changesAfter(value['version'])) {
    throw ApiError.expired('The provided continue parameter is too old to display a consistent list result.');
  }
  return { version: value['version'], after: value['after'] };
}
