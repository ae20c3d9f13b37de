import type { JsonObject } from '../json.js';

/**
 * What may happen when a worker died between an effect and its record: `read` and `idempotent` are repeated, `checkable` is
 * looked at and then decided, `once` goes to a person and is never guessed.
 */
export type EffectClass = 'read' | 'idempotent' | 'checkable' | 'once';

/** One published action: what a step may write under `uses` and `with`, and what it gives back under `outputs`. */
export interface ActionDescriptor {
  /** `family/verb`. */
  readonly name: string;
  readonly summary: string;
  readonly effect: EffectClass;
  readonly mutates: boolean;
  /** JSON Schema 2020-12 of `with`, after expressions are resolved. */
  readonly input: JsonObject;
  /** JSON Schema 2020-12 of `outputs`. */
  readonly output: JsonObject;
}

/** An object schema that takes nothing but `properties`. */
export function objectSchema(
  properties: Readonly<Record<string, JsonObject>>,
  required: readonly string[] = [],
  more: JsonObject = {},
): JsonObject {
  return { type: 'object', additionalProperties: false, required, properties, ...more };
}
