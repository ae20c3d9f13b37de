import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

import type { Schema } from './schema.js';

/** `example`, `discriminator` and the like say nothing about what is valid. */
const LENIENT = { strict: false, allErrors: false } as const;
const values = withFormats(new Ajv2020(LENIENT));
/** Texts of a URL or a header stand for numbers and booleans. */
const texts = withFormats(new Ajv2020({ ...LENIENT, coerceTypes: true }));

function withFormats(ajv: Ajv2020): Ajv2020 {
  addFormats.default(ajv);
  return ajv;
}

export function misfits(schema: Schema, value: unknown): readonly ErrorObject[] {
  const validate = values.compile(schema);
  return validate(value) ? [] : (validate.errors ?? []);
}

export function fits(schema: Schema, value: unknown): boolean {
  return misfits(schema, value).length === 0;
}

/** Ajv keeps what it compiled by the schema's identity. */
const wrappers = new WeakMap<Schema, Schema>();

/** `sent` is every value that came under the parameter's name. */
export function fitsAsText(schema: Schema, sent: readonly string[]): boolean {
  const value = schema['type'] === 'array' ? sent : sent.length === 1 ? sent[0] : sent;
  const wrapper = wrappers.get(schema) ?? { type: 'object', properties: { value: schema } };
  wrappers.set(schema, wrapper);
  return texts.compile(wrapper)({ value });
}
