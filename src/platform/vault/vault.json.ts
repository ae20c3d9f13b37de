export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member at the end of the names; undefined where the way ends early. */
export function at(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>((node, name) => (isJsonObject(node) ? node[name] : undefined), value);
}
