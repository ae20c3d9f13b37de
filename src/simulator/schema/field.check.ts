import { isObject, type JsonObject } from '../objects.js';
import { API_TYPES, type FieldType, jsonFields, typeOfKind } from './schema.js';

export interface FieldCheck {
  /** The object without the fields that its type does not have. */
  readonly pruned: JsonObject;
  readonly unknown: readonly string[];
  /** Values that the API server could not decode, worded as its JSON decoder does. */
  readonly undecodable: readonly string[];
}

/** Compares an object with the type of its kind. An unknown kind passes as it is. */
export function checkFields(object: JsonObject, apiVersion: string, kind: string): FieldCheck {
  const found = { unknown: [] as string[], undecodable: [] as string[] };
  const pruned = checkObject(object, typeOfKind(apiVersion, kind), '', found);
  return { pruned: isObject(pruned) ? pruned : object, ...found };
}

interface Findings {
  readonly unknown: string[];
  readonly undecodable: string[];
}

function checkObject(value: JsonObject, typeName: string, path: string, found: Findings): JsonObject {
  const type = API_TYPES.get(typeName);
  if (!type) return value;
  const fields = jsonFields(type);
  const entries = Object.entries(value).flatMap(([name, child]): [string, unknown][] => {
    const at = path === '' ? name : `${path}.${name}`;
    if (path === '' && (name === 'apiVersion' || name === 'kind')) return [[name, child]];
    const field = fields.get(name);
    if (field) return [[name, checkField(child, field, at, found)]];
    found.unknown.push(at);
    return [];
  });
  return Object.fromEntries(entries);
}

function checkField(value: unknown, field: FieldType, path: string, found: Findings): unknown {
  if (value === null || value === undefined) return value;
  if (field.isList) {
    if (!Array.isArray(value)) return refuse(value, `[]${field.type}`, path, found);
    return value.map((item: unknown, i) => checkValue(item, field.type, `${path}[${i}]`, found));
  }
  if (!field.isMap) return checkValue(value, field.type, path, found);
  if (!isObject(value)) return refuse(value, `map[string]${field.type}`, path, found);
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, item]) => [key, checkValue(item, field.type, `${path}.${key}`, found)]));
}

function checkValue(value: unknown, type: string, path: string, found: Findings): unknown {
  if (value === null) return value;
  const accepts = SCALARS[type];
  if (accepts) return accepts(value) ? value : refuse(value, type, path, found);
  if (type === 'runtime.RawExtension' || type === 'meta/v1.FieldsV1') return value;
  return isObject(value) ? checkObject(value, type, path, found) : refuse(value, type, path, found);
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isNumber = (value: unknown): boolean => typeof value === 'number';

const SCALARS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: isText,
  bytes: isText,
  bool: (value) => typeof value === 'boolean',
  int32: Number.isInteger,
  int64: Number.isInteger,
  double: isNumber,
  'meta/v1.Time': isText,
  'meta/v1.MicroTime': isText,
  'resource.Quantity': (value) => isText(value) || isNumber(value),
  'intstr.IntOrString': (value) => isText(value) || Number.isInteger(value),
};

function refuse(value: unknown, type: string, path: string, found: Findings): unknown {
  const given = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  found.undecodable.push(`json: cannot unmarshal ${given} into Go struct field .${path} of type ${type}`);
  return value;
}
