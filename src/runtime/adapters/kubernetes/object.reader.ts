import { isJsonObject, type JsonObject, objectAt, textAt } from './json.js';

const REDACTED = '[redacted]';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * An object as it may leave the adapter: what a Secret holds is replaced, also in the copy that `kubectl apply` keeps in an
 * annotation; bookkeeping of field owners is dropped.
 */
export function presentable(object: JsonObject): JsonObject {
  const metadata = { ...objectAt(object, 'metadata') };
  delete metadata['managedFields'];
  if (object['kind'] !== 'Secret') return { ...object, metadata };
  const annotations = Object.entries(objectAt(metadata, 'annotations') ?? {}).filter(([name]) => name !== LAST_APPLIED);
  return {
    ...object,
    metadata: { ...metadata, annotations: Object.fromEntries(annotations) },
    ...hide('data', object),
    ...hide('stringData', object),
  };
}

function hide(field: string, object: JsonObject): JsonObject {
  const values = object[field];
  if (!isJsonObject(values)) return {};
  return { [field]: Object.fromEntries(Object.keys(values).map((key) => [key, REDACTED])) };
}

/** `Deployment web`, for messages. */
export function titleOf({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return `${kind} ${name}`;
}

export function nameOf(object: unknown): string {
  return textAt(object, 'metadata', 'name') ?? '';
}

export function uidOf(object: unknown): string {
  return textAt(object, 'metadata', 'uid') ?? '';
}
