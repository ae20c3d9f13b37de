import { ApiError } from '../api.error.js';
import type { Cluster } from '../cluster.js';
import { type Kind, PODS } from '../kinds.js';
import type { DeleteOptions } from '../object.writer.js';
import { field, isObject, type JsonObject, type KubeObject } from '../objects.js';
import type { ObjectStore } from '../store.js';
import { reviewAccess } from './access.review.js';
import { parseObject, parseOptions } from './body.js';
import { listObjects, selectorOf } from './list.js';
import { applyPatch } from './patch.js';
import { podLog } from './pod-log.routes.js';
import { present } from './presentation.js';
import { ok, type Reply } from './reply.js';
import type { ResourceRequest } from './request.js';
import { getScale, patchScale, putScale } from './scale.js';
import { watchObjects } from './watch.js';

/** Answers one request to an object or a collection. */
export function handleResource(cluster: Cluster, request: ResourceRequest): Reply {
  if (request.kind.review) return ok(reviewAccess(cluster.faults, parseObject(request)), 201);
  if (request.subresource === 'scale') return handleScale(cluster, request);
  if (request.subresource === 'eviction') return evict(cluster, request);
  if (request.subresource === 'log') return podLog(cluster, request, requireObject(cluster.store, PODS, request));
  return handleObject(cluster, request);
}

function handleObject(cluster: Cluster, request: ResourceRequest): Reply {
  const { store } = cluster;
  switch (request.verb) {
    case 'list':
      return ok(listObjects(store, request));
    case 'watch':
      return watchObjects(cluster, request);
    case 'get':
      return ok(present(requireObject(store, request.kind, request), request));
    case 'create':
      return create(cluster, request);
    case 'update':
      return update(cluster, request);
    case 'patch':
      return patch(cluster, request);
    case 'delete':
      return remove(cluster, request, request.name);
    case 'deletecollection':
      return removeCollection(cluster, request);
  }
}

function create({ writer }: Cluster, request: ResourceRequest): Reply {
  const object = parseObject(request);
  return ok(present(writer.create(request.kind, object, writeOptions(request)), request), 201);
}

function update({ writer }: Cluster, request: ResourceRequest): Reply {
  const object = parseObject(request);
  return ok(present(writer.update(request.kind, object, writeOptions(request)), request));
}

function patch(cluster: Cluster, request: ResourceRequest): Reply {
  const current = cluster.store.get(request.kind, request.namespace, request.name);
  const { object, isNew, keepManagedFields } = applyPatch(request, current, cluster.clock.now());
  const options = { ...writeOptions(request), keepManagedFields };
  const written = isNew
    ? cluster.writer.create(request.kind, object, options)
    : cluster.writer.update(request.kind, object, options);
  return ok(present(written, request), isNew ? 201 : 200);
}

function remove({ writer }: Cluster, request: ResourceRequest, name: string): Reply {
  const { object, isGone } = writer.delete(request.kind, request.namespace, name, deleteOptions(request));
  if (!isGone || request.kind === PODS) return ok(present(object, request));
  const { kind, group } = { kind: request.kind.plural, group: request.kind.group };
  const details = { name, ...(group !== '' && { group }), kind, uid: object.metadata.uid };
  return ok({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}

function removeCollection({ store, writer }: Cluster, request: ResourceRequest): Reply {
  const matches = selectorOf(request);
  const options = deleteOptions(request);
  const found = store.list(request.kind, request.namespace).filter(matches);
  for (const { metadata } of found) writer.delete(request.kind, metadata.namespace, metadata.name, options);
  return ok({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' });
}

function evict(cluster: Cluster, request: ResourceRequest): Reply {
  requireObject(cluster.store, PODS, request);
  const options = field(parseOptions(request), 'deleteOptions');
  const checked = checkedOptions(request, isObject(options) ? options : {});
  cluster.writer.delete(PODS, request.namespace, request.name, checked);
  return ok({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' }, 201);
}

function handleScale(cluster: Cluster, request: ResourceRequest): Reply {
  const object = requireObject(cluster.store, request.kind, request);
  if (request.verb === 'get') return ok(getScale(object));
  return ok(request.verb === 'update' ? putScale(cluster, request, object) : patchScale(cluster, request, object));
}

function requireObject<T extends KubeObject>(store: ObjectStore, kind: Kind<T>, request: ResourceRequest): T {
  const found = store.get(kind, request.namespace, request.name);
  if (!found) throw ApiError.notFound(kind, request.name);
  return found;
}

export function writeOptions(request: ResourceRequest): { dryRun: boolean; manager: string; subresource?: 'status' } {
  const { dryRun, manager } = request;
  return { dryRun, manager, ...(request.subresource === 'status' && { subresource: 'status' }) };
}

const POLICIES = ['Orphan', 'Background', 'Foreground'];

/** Options may be in the body or in the query; the body wins. */
function deleteOptions(request: ResourceRequest): DeleteOptions {
  const body = parseOptions(request);
  return checkedOptions(request, { ...queryOptions(request.query), ...body });
}

function queryOptions(query: URLSearchParams): JsonObject {
  const grace = query.get('gracePeriodSeconds');
  const policy = query.get('propagationPolicy');
  return {
    ...(grace !== null && { gracePeriodSeconds: Number(grace) }),
    ...(policy !== null && { propagationPolicy: policy }),
  };
}

function checkedOptions(request: ResourceRequest, options: JsonObject): DeleteOptions {
  const { gracePeriodSeconds: grace, propagationPolicy: policy, dryRun } = options;
  if (grace !== undefined && !(Number.isInteger(grace) && (grace as number) >= 0)) {
    throw ApiError.badRequest('gracePeriodSeconds must be a whole number that is not negative');
  }
  if (policy !== undefined && !POLICIES.includes(policy as string)) {
    throw ApiError.badRequest(`propagationPolicy must be one of ${POLICIES.join(', ')}`);
  }
  const isDryRun = request.dryRun || (Array.isArray(dryRun) && dryRun.includes('All'));
  return { ...(options as DeleteOptions), dryRun: isDryRun };
}
