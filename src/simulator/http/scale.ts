import { ApiError } from '../api.error.js';
import type { Cluster } from '../cluster.js';
import { copy } from '../json.js';
import { field, isObject, type JsonObject, type KubeObject, textField } from '../objects.js';
import { formatSelector } from '../selectors.js';
import type { LabelSelector } from '../workloads.js';
import { parseBody } from './body.js';
import { patchJson } from './patch.js';
import type { ResourceRequest } from './request.js';

/** The `autoscaling/v1` Scale of a workload. */
export function getScale(object: KubeObject): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: field(object.spec, 'replicas') },
    status: {
      replicas: field(object.status, 'replicas') ?? 0,
      selector: formatSelector(field(object.spec, 'selector') as LabelSelector | undefined),
    },
  };
}

export function putScale(cluster: Cluster, request: ResourceRequest, object: KubeObject): JsonObject {
  return write(cluster, request, object, parseBody(request));
}

export function patchScale(cluster: Cluster, request: ResourceRequest, object: KubeObject): JsonObject {
  return write(cluster, request, object, patchJson(request, getScale(object)));
}

function write(cluster: Cluster, request: ResourceRequest, object: KubeObject, scale: unknown): JsonObject {
  const replicas = field(scale, 'spec', 'replicas') ?? 0;
  if (!isObject(scale)) throw ApiError.badRequest('the body of the request must be a Scale');
  if (!Number.isInteger(replicas) || (replicas as number) < 0) {
    const message = `Invalid value: ${JSON.stringify(replicas)}: must be greater than or equal to 0`;
    const scaleKind = { ...request.kind, kind: 'Scale', group: 'autoscaling' };
    throw ApiError.invalid(scaleKind, request.name, [{ reason: 'FieldValueInvalid', message, field: 'spec.replicas' }]);
  }
  const next = copy(object);
  next.metadata.resourceVersion = textField(scale, 'metadata', 'resourceVersion');
  (next.spec as JsonObject)['replicas'] = replicas;
  const { dryRun, manager } = request;
  return getScale(cluster.writer.update(request.kind, next, { dryRun, manager, subresource: 'scale' }));
}
