import { ApiError } from '../api.error.js';
import { asJson, isObject, type JsonObject, type KubeObject } from '../objects.js';
import { jsonPatch } from '../patch/json-patch.js';
import { mergePatch } from '../patch/merge-patch.js';
import { PatchError } from '../patch/patch.error.js';
import { strategicPatch } from '../patch/strategic-patch.js';
import { asObjectOf, parseBody } from './body.js';
import type { ResourceRequest } from './request.js';

const STRATEGIES: Readonly<Record<string, (target: unknown, patch: unknown) => unknown>> = {
  'application/json-patch+json': jsonPatch,
  'application/merge-patch+json': mergePatch,
  'application/strategic-merge-patch+json': strategicPatch,
};

export interface Patched {
  readonly object: KubeObject;
  readonly isNew: boolean;
  readonly keepManagedFields: boolean;
}

/** @throws ApiError 400, 404, 409, 415, 422 */
export function applyPatch(request: ResourceRequest, current: KubeObject | undefined): Patched {
  if (!current) throw ApiError.notFound(request.kind, request.name);
  const patched = patchJson(request, asJson(current));
  return { object: asObjectOf(request, patched), isNew: false, keepManagedFields: false };
}

/** Patches any JSON object by the content type of the request. */
export function patchJson(request: ResourceRequest, target: JsonObject): JsonObject {
  const strategy = STRATEGIES[request.contentType];
  if (!strategy) throw ApiError.unsupportedMediaType(Object.keys(STRATEGIES));
  const patch = parseBody(request);
  if (request.contentType !== 'application/json-patch+json' && !isObject(patch)) {
    throw ApiError.badRequest('the patch must be an object');
  }
  try {
    const result = strategy(structuredClone(target), patch);
    if (!isObject(result)) throw new PatchError('malformed', 'the patched document is not an object');
    return result;
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    if (error.code === 'malformed') throw ApiError.badRequest(`error decoding patch: ${error.message}`);
    const message = `the server rejected our request due to an error in our request: ${error.message}`;
    throw new ApiError(422, 'Invalid', message, {});
  }
}
