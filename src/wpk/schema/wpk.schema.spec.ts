import { readdirSync, readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { isJsonObject, jsonPlaces } from '../json.js';
import type { PackageDocument } from '../package/package.document.js';
import { normalisePackage } from '../package/package.normaliser.js';
import { readPackage } from '../package/package.reader.js';
import { requireSupported } from '../package/package.support.js';
import { createAjv } from './validator.js';
import { wpkSchema } from './wpk.schema.js';

const playbooks = new URL('../../../playbooks/', import.meta.url);

/** Every subschema that describes a member of the document. */
function members(): { pointer: string; schema: Record<string, unknown> }[] {
  return [...jsonPlaces(wpkSchema())].flatMap(({ pointer, value }) =>
    isJsonObject(value) && /\/properties\/[^/]+$/.test(pointer) && !/\/default\/|\/examples\//.test(pointer)
      ? [{ pointer, schema: value }]
      : [],
  );
}

describe('wpk.schema.json', () => {
  it('is a strict JSON Schema', () => {
    expect(() => createAjv({ meta: true, validateSchema: true }).compile(wpkSchema())).not.toThrow();
  });

  it('closes every object but inputs and free values', () => {
    const open = [...jsonPlaces(wpkSchema())].filter(
      ({ pointer, value }) =>
        !pointer.includes('/examples/') &&
        isJsonObject(value) &&
        value['type'] === 'object' &&
        isJsonObject(value['properties']) &&
        value['additionalProperties'] !== false &&
        value['oneOf'] === undefined,
    );
    expect(open.map(({ pointer }) => pointer)).toEqual(['/$defs/inputs']);
  });

  it('has examples that are valid', () => {
    for (const { pointer, schema } of members()) {
      const examples: unknown[] = Array.isArray(schema['examples']) ? schema['examples'] : [];
      const validate = createAjv({ strict: false }).compile({ ...schema, $defs: wpkSchema()['$defs'] });
      for (const example of examples) {
        expect([pointer, validate(example), validate.errors]).toEqual([pointer, true, null]);
      }
    }
  });

  it('publishes the defaults that the reader fills in', () => {
    const written = { metadata: { name: 'a', version: '1.0.0' }, spec: { steps: [{ name: 'a', uses: 'a/b' }] } };
    // Defaults reach into what is there: the empty objects are written out.
    const empty = { timeouts: {}, safety: {}, steps: [{ name: 'a', uses: 'a/b', retry: { backoff: {} } }] };
    const withDefaults: PackageDocument = structuredClone({
      apiVersion: 'atom.dev/v1',
      kind: 'WorkflowPackage',
      ...written,
      spec: empty,
    });
    createAjv({ useDefaults: true, strict: false }).compile(wpkSchema())(withDefaults);
    const bare: PackageDocument = { apiVersion: 'atom.dev/v1', kind: 'WorkflowPackage', ...written };
    expect(normalisePackage(withDefaults)).toEqual(normalisePackage(bare));
    expect(withDefaults.spec.timeouts).toEqual({ run: '30m', queue: '1h', step: '5m' });
  });
});

describe('the starter playbooks', () => {
  it.each(readdirSync(playbooks).filter((name) => name.endsWith('.wpk.yaml')))(
    '%s is valid and can be executed',
    async (name) => {
      const file = await readPackage(readFileSync(new URL(name, playbooks)));
      expect(() => requireSupported(file)).not.toThrow();
      expect(`${file.package.metadata.name}.wpk.yaml`).toBe(name);
    },
  );
});
