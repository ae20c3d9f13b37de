export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The JSON pointer (RFC 6901) of a member or an item of what `pointer` points at. */
export function childPointer(pointer: string, key: string | number): string {
  return `${pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** A value of a JSON tree with its place. */
export interface JsonPlace {
  readonly pointer: string;
  readonly value: unknown;
}

/** Every value of a JSON tree, parents first. Iterative: depth costs no stack. */
export function* jsonPlaces(root: unknown, pointer = ''): Generator<JsonPlace> {
  const waiting: JsonPlace[] = [{ pointer, value: root }];
  for (let place = waiting.pop(); place; place = waiting.pop()) {
    yield place;
    if (typeof place.value !== 'object' || place.value === null) continue;
    const members = Object.entries(place.value);
    for (const [key, value] of members.reverse()) waiting.push({ pointer: childPointer(place.pointer, key), value });
  }
}
