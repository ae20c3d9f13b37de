import type { JsonObject } from '../json.js';

/** A text of the schema, with what a reader of the catalogue needs. */
export function text(description: string, more: JsonObject = {}): JsonObject {
  return { type: 'string', description, ...more };
}

export function integer(description: string, more: JsonObject = {}): JsonObject {
  return { type: 'integer', description, ...more };
}

export function flag(description: string): JsonObject {
  return { type: 'boolean', description, default: false };
}

export function list(description: string, items: JsonObject, more: JsonObject = {}): JsonObject {
  return { type: 'array', description, items, ...more };
}

// Kubernetes names: RFC 1123 labels and subdomains (k8s.io/apimachinery validation).
const LABEL = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';

export const apiVersion = text('API version, as in a manifest. Needed for kinds that are not built in.', {
  minLength: 1,
  maxLength: 317,
  pattern: '^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?v[a-z0-9]+$',
  examples: ['apps/v1'],
});
export const kind = text('Kind, as in a manifest.', {
  minLength: 1,
  maxLength: 63,
  pattern: '^[A-Z][A-Za-z0-9]*$',
  examples: ['Deployment'],
});
export const namespace = text('Namespace of the object.', {
  minLength: 1,
  maxLength: 63,
  pattern: LABEL,
  examples: ['shop'],
});
// Looser than DNS: RBAC objects have colons. A slash or a lone dot would change the request path.
export const name = text('Name of the object.', {
  minLength: 1,
  maxLength: 253,
  pattern: '^[A-Za-z0-9]([-A-Za-z0-9_.:]*[A-Za-z0-9])?$',
  examples: ['web'],
});
export const container = text('Container; by default every container of the pod.', {
  minLength: 1,
  maxLength: 63,
  pattern: LABEL,
});
export const selector = text('Label selector, as for kubectl -l.', {
  minLength: 1,
  maxLength: 1024,
  examples: ['app=web'],
});

export const object: JsonObject = {
  type: 'object',
  description: 'The object, as the API server gave it.',
  additionalProperties: true,
};

/** Kind with a closed choice: the workloads that the verb is defined for. */
export function kindOf(...kinds: readonly string[]): JsonObject {
  return text('Kind of the workload.', { enum: kinds });
}
