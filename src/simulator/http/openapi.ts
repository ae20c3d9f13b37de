import { groupVersion, type Kind, KINDS } from '../kinds.js';
import { API_TYPES, type FieldType, jsonFields, typeOfKind } from '../schema/schema.js';
import { SERVER_VERSION } from '../version.js';
import { ok, type Reply } from './reply.js';

/**
 * OpenAPI v3 as far as clients read it: `kubectl apply` looks whether PATCH takes `fieldValidation`, `kubectl explain`
 * and validators read the schemas. Descriptions are not kept.
 */
export function openApi(path: string): Reply | undefined {
  if (path === '/openapi/v3') return ok({ paths: Object.fromEntries(groupPaths().map((at) => [at, urlOf(at)])) });
  const at = /^\/openapi\/v3\/(.+)$/.exec(path)?.[1];
  return at !== undefined && groupPaths().includes(at) ? ok(documentOf(at)) : undefined;
}

function groupPaths(): string[] {
  return [...new Set(KINDS.map(pathOfGroup))];
}

function pathOfGroup(kind: Kind): string {
  return kind.group === '' ? `api/${kind.version}` : `apis/${groupVersion(kind)}`;
}

function urlOf(at: string): object {
  return { serverRelativeURL: `/openapi/v3/${at}` };
}

function documentOf(at: string): object {
  const kinds = KINDS.filter((kind) => pathOfGroup(kind) === at);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: SERVER_VERSION.gitVersion },
    paths: Object.fromEntries(
      kinds.filter((kind) => !kind.review).map((kind) => [itemPath(kind), itemOperations(kind)]),
    ),
    components: { schemas: schemasOf(kinds) },
  };
}

/** The path of one object of a kind, with placeholders. */
export function itemPath(kind: Kind): string {
  const scope = kind.namespaced ? 'namespaces/{namespace}/' : '';
  return `/${pathOfGroup(kind)}/${scope}${kind.plural}/{name}`;
}

function itemOperations(kind: Kind): object {
  const { group, version } = kind;
  const gvk = { 'x-kubernetes-group-version-kind': { group, version, kind: kind.kind } };
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => {
    return { name, in: 'query', schema: { type: name === 'force' ? 'boolean' : 'string' } };
  });
  const schema = { $ref: referenceOf(typeOfKind(groupVersion(kind), kind.kind)) };
  const responses = { '200': { description: 'OK', content: { 'application/json': { schema } } } };
  return {
    get: { 'x-kubernetes-action': 'get', ...gvk, responses },
    patch: { 'x-kubernetes-action': 'patch', ...gvk, parameters, responses },
  };
}

function schemasOf(kinds: readonly Kind[]): Record<string, object> {
  const schemas: Record<string, object> = {};
  const queue = kinds.map((kind) => typeOfKind(groupVersion(kind), kind.kind));
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const type = API_TYPES.get(name);
    if (!type || schemas[componentOf(name)]) continue;
    const fields = jsonFields(type);
    const kind = kinds.find((k) => typeOfKind(groupVersion(k), k.kind) === name);
    schemas[componentOf(name)] = {
      type: 'object',
      properties: {
        ...(kind && { apiVersion: { type: 'string' }, kind: { type: 'string' } }),
        ...Object.fromEntries([...fields].map(([fieldName, field]) => [fieldName, fieldSchema(field)])),
      },
      ...(kind && {
        'x-kubernetes-group-version-kind': [{ group: kind.group, version: kind.version, kind: kind.kind }],
      }),
    };
    queue.push(...[...fields.values()].map((field) => field.type));
  }
  return schemas;
}

const SCALAR_SCHEMAS: Readonly<Record<string, object>> = {
  string: { type: 'string' },
  bytes: { type: 'string', format: 'byte' },
  bool: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  'meta/v1.Time': { type: 'string', format: 'date-time' },
  'meta/v1.MicroTime': { type: 'string', format: 'date-time' },
  'resource.Quantity': { oneOf: [{ type: 'string' }, { type: 'number' }] },
  'intstr.IntOrString': { oneOf: [{ type: 'integer' }, { type: 'string' }], format: 'int-or-string' },
  'runtime.RawExtension': { type: 'object' },
  'meta/v1.FieldsV1': { type: 'object' },
};

function fieldSchema({ type, isList, isMap }: FieldType): object {
  const one = SCALAR_SCHEMAS[type] ?? { allOf: [{ $ref: referenceOf(type) }], default: {} };
  if (isList) return { type: 'array', items: one };
  return isMap ? { type: 'object', additionalProperties: one } : one;
}

/** `apps/v1.Deployment` is `io.k8s.api.apps.v1.Deployment`, as the real documents name it. */
function componentOf(type: string): string {
  const [group = '', rest = ''] = type.split('/');
  const prefix = group === 'meta' ? 'io.k8s.apimachinery.pkg.apis.meta' : `io.k8s.api.${group.split('.')[0] ?? ''}`;
  return `${prefix}.${rest}`;
}

function referenceOf(type: string): string {
  return `#/components/schemas/${componentOf(type)}`;
}
