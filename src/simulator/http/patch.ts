import { ApiError } from '../api.error.js';
import { serverSideApply } from '../fields/server-side-apply.js';
import { copy } from '../json.js';
import { asJson, isObject, type JsonObject, type KubeObject } from '../objects.js';
import { jsonPatch } from '../patch/json-patch.js';
import { mergePatch } from '../patch/merge-patch.js';
import { PatchError } from '../patch/patch.error.js';
import { strategicPatch } from '../patch/strategic-patch.js';
import { asObjectOf, parseBody } from './body.js';
import type { ResourceRequest } from './request.js';

const APPLY = 'application/apply-patch+yaml';
const STRATEGIES: Readonly<Record<string, (target: unknown, patch: unknown) => unknown>> = {
  'application/json-patch+json': jsonPatch,
  'application/merge-patch+json': mergePatch,
  'application/strategic-merge-patch+json': strategicPatch,
};
const ACCEPTED = [...Object.keys(STRATEGIES), APPLY];

export interface Patched {
  readonly object: KubeObject;
  readonly isNew: boolean;
  /** The object carries its field owners already. */
  readonly keepManagedFields: boolean;
}

/** @throws ApiError 400, 404, 409, 415, 422 */
export function applyPatch(request: ResourceRequest, current: KubeObject | undefined, now: Date): Patched {
  if (request.contentType === APPLY) {
    const object = applied(request, current, now);
    return { object, isNew: current === undefined, keepManagedFields: true };
  }
  if (!current) throw ApiError.notFound(request.kind, request.name);
  const object = asObjectOf(request, patchJson(request, asJson(current)));
  return { object, isNew: false, keepManagedFields: false };
}

function applied(request: ResourceRequest, current: KubeObject | undefined, at: Date): KubeObject {
  const manager = request.query.get('fieldManager');
  if (!manager) {
    const cause = { reason: 'FieldValueRequired', message: 'is required for apply patch', field: 'fieldManager' };
    const message = `PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: ${cause.message}`;
    throw new ApiError(422, 'Invalid', message, { causes: [cause] });
  }
  const value = parseBody(request);
  if (!isObject(value)) throw ApiError.badRequest('the body of an apply is an object');
  const config = asObjectOf(request, value);
  if (config.metadata.managedFields) throw ApiError.badRequest('metadata.managedFields must be nil');
  if (
    current &&
    config.metadata.resourceVersion &&
    config.metadata.resourceVersion !== current.metadata.resourceVersion
  ) {
    throw ApiError.conflict(request.kind, request.name);
  }
  const { subresource } = request;
  const force = request.query.get('force') === 'true';
  return serverSideApply(current, config, { manager, force, at, ...(subresource && { subresource }) });
}

/** Patches any JSON object by the content type of the request. */
export function patchJson(request: ResourceRequest, target: JsonObject): JsonObject {
  const strategy = STRATEGIES[request.contentType];
  if (!strategy) throw ApiError.unsupportedMediaType(ACCEPTED);
  const patch = parseBody(request);
  if (request.contentType !== 'application/json-patch+json' && !isObject(patch)) {
    throw ApiError.badRequest('the patch must be an object');
  }
  try {
    const result = strategy(copy(target), patch);
    if (!isObject(result)) throw new PatchError('malformed', 'the patched document is not an object');
    return result;
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    if (error.code === 'malformed') throw ApiError.badRequest(`error decoding patch: ${error.message}`);
    const message = `the server rejected our request due to an error in our request: ${error.message}`;
    throw new ApiError(422, 'Invalid', message, {});
  }
}
