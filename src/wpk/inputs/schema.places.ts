import { childPointer, isJsonObject, type JsonObject } from '../json.js';

/** A schema inside an author's schema. */
export interface SchemaPlace {
  readonly schema: JsonObject;
  readonly pointer: string;
}

/** A schema and those inside it, parents first; at least the first `most` of them. */
export function schemaPlaces(root: JsonObject, most: number): SchemaPlace[] {
  const places: SchemaPlace[] = [{ schema: root, pointer: '' }];
  for (const place of places) {
    if (places.length >= most) break;
    places.push(...childrenOf(place));
  }
  return places;
}

function childrenOf({ schema, pointer }: SchemaPlace): SchemaPlace[] {
  const { properties, items, additionalProperties } = schema;
  return [
    ...(isJsonObject(properties) ? placesOf(properties, `${pointer}/properties`) : []),
    ...placesOf({ items, additionalProperties }, pointer),
  ];
}

function placesOf(schemas: JsonObject, pointer: string): SchemaPlace[] {
  return Object.entries(schemas).flatMap(([key, schema]) =>
    isJsonObject(schema) ? [{ schema, pointer: childPointer(pointer, key) }] : [],
  );
}
