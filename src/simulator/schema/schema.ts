import { readFileSync } from 'node:fs';

/** One field of an API type. `type` is a scalar, a name in {@link API_TYPES} or one of the special types. */
export interface FieldType {
  readonly number: number;
  readonly type: string;
  readonly isList: boolean;
  readonly isMap: boolean;
  /** May be absent: a zero value in it means something. */
  readonly isPointer: boolean;
}

/** Fields by their name in JSON; those of an embedded type are marked by `embedded` and have no name of their own. */
export interface ApiType {
  readonly fields: ReadonlyMap<string, FieldType>;
  readonly embedded: readonly FieldType[];
}

const raw = JSON.parse(readFileSync(new URL('./fields.json', import.meta.url), 'utf8')) as {
  types: Record<string, Record<string, string>>;
};

/** The types of the Kubernetes API that the simulator knows, by names like `apps/v1.DeploymentSpec`. */
export const API_TYPES: ReadonlyMap<string, ApiType> = new Map(
  Object.entries(raw.types).map(([name, fields]) => [name, readType(fields)]),
);

/** The name of a kind's type: `v1` and `Pod` are `core/v1.Pod`. */
export function typeOfKind(apiVersion: string, kind: string): string {
  return `${apiVersion === 'v1' ? 'core/v1' : apiVersion}.${kind}`;
}

/** Every field that stands in the JSON of a type, those of embedded types too. */
export function jsonFields(type: ApiType): Map<string, FieldType> {
  const own = new Map(type.fields);
  for (const embedded of type.embedded) {
    const inner = API_TYPES.get(embedded.type);
    if (inner) for (const [name, field] of jsonFields(inner)) own.set(name, field);
  }
  return own;
}

function readType(fields: Record<string, string>): ApiType {
  const all = Object.entries(fields).map(([name, text]) => ({ name, text, field: readField(text) }));
  const isEmbedded = ({ text }: { text: string }): boolean => text.includes('~');
  return {
    fields: new Map(all.filter((entry) => !isEmbedded(entry)).map(({ name, field }) => [name, field])),
    embedded: all.filter(isEmbedded).map(({ field }) => field),
  };
}

function readField(text: string): FieldType {
  const [, number = '', marks = '', type = ''] = /^(\d+) ([*[\]{}~]*)(.+)$/.exec(text) ?? [];
  return {
    number: Number(number),
    type,
    isList: marks.includes('[]'),
    isMap: marks.includes('{}'),
    isPointer: marks.includes('*'),
  };
}
