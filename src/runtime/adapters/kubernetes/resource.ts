import { StepError } from '../step.error.js';

/** A kind as the API server serves it. */
export interface Resource {
  /** '' for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** As in paths and in RBAC rules. */
  readonly plural: string;
  readonly namespaced: boolean;
  readonly subresources: readonly string[];
}

export function apiVersionOf({ group, version }: Pick<Resource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

export interface Place {
  readonly namespace?: string | undefined;
  /** Without a name the collection is meant. */
  readonly name?: string | undefined;
  readonly subresource?: string;
}

/** The path of an object or a collection; a namespaced kind without a namespace means all namespaces. */
export function pathOf(resource: Resource, { namespace, name, subresource }: Place): string {
  const parts = [resource.group === '' ? 'api' : 'apis', ...apiVersionOf(resource).split('/')];
  if (namespace !== undefined) parts.push('namespaces', segment(namespace));
  parts.push(resource.plural);
  if (name !== undefined) parts.push(segment(name));
  if (subresource !== undefined) parts.push(subresource);
  return `/${parts.join('/')}`;
}

/** Kubernetes' own rule for names in paths (apimachinery IsValidPathSegmentName): otherwise a name could leave its place. */
function segment(name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/%]/.test(name)) {
    throw new StepError('STEP.REJECTED', `${JSON.stringify(name)} cannot be the name of a Kubernetes object.`);
  }
  return encodeURIComponent(name);
}
