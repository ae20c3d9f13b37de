import type { PermissionCheck } from '../adapter.js';
import type { ClusterClient } from './cluster.client.js';
import { at } from './json.js';
import type { Resource } from './resource.js';

export interface Need {
  readonly verb: string;
  readonly resource: Pick<Resource, 'group' | 'plural'>;
  readonly subresource?: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

const PATH = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

/** Asks the API server whether the worker's identity may do each of `needs`. */
export function checkAccess(
  client: ClusterClient,
  needs: readonly Need[],
  signal: AbortSignal,
): Promise<PermissionCheck[]> {
  return Promise.all(needs.map((need) => review(client, need, signal)));
}

async function review(client: ClusterClient, need: Need, signal: AbortSignal): Promise<PermissionCheck> {
  const { verb, resource, subresource, namespace, name } = need;
  const { group, plural } = resource;
  const resourceAttributes = { verb, group, resource: plural, subresource, namespace, name };
  const body = {
    ...{ apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview' },
    spec: { resourceAttributes },
  };
  const answer = await client.post({ path: PATH, signal }, body);
  return {
    ...{ verb, group, resource: subresource === undefined ? plural : `${plural}/${subresource}` },
    ...(namespace !== undefined && { namespace }),
    allowed: at(answer, 'status', 'allowed') === true,
  };
}
