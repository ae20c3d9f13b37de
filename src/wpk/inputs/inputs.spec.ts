import { describe, expect, it } from '@jest/globals';

import type { InputsSchema } from '../package.js';
import { validateInputs } from './inputs.js';
import { checkInputsSchema } from './inputs.schema.js';

const schema: InputsSchema = {
  type: 'object',
  required: ['namespace'],
  properties: {
    namespace: { type: 'string', maxLength: 5, pattern: '^[a-z]+$' },
    lines: { type: 'integer', minimum: 1, default: 200 },
    at: { type: 'string', format: 'date-time' },
    hosts: { type: 'array', items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } } },
  },
};

describe('validateInputs', () => {
  it('applies defaults to a copy', () => {
    const given = { namespace: 'shop' };
    expect(validateInputs(schema, given)).toEqual({ value: { namespace: 'shop', lines: 200 }, problems: [] });
    expect(given).toEqual({ namespace: 'shop' });
  });

  it.each<[string, unknown, string]>([
    ['an unknown input', { namespace: 'shop', zz: 1 }, '/zz'],
    ['a prototype member', JSON.parse('{"namespace":"shop","__proto__":{"lines":1}}'), '/__proto__'],
    ['a missing input', {}, ''],
    ['a missing object', undefined, ''],
    ['no object', [], ''],
    ['a wrong type', { namespace: 1 }, '/namespace'],
    ['a text that should be a number', { namespace: 'shop', lines: '5' }, '/lines'],
    ['a value out of bounds', { namespace: 'shop', lines: 0 }, '/lines'],
    ['a value of the wrong form', { namespace: 'SHOP' }, '/namespace'],
    ['a time that is none', { namespace: 'shop', at: '2026-13-01T00:00:00Z' }, '/at'],
    ['a member deep inside', { namespace: 'shop', hosts: [{ name: 'a' }, {}] }, '/hosts/1'],
  ])('refuses %s', (_what, inputs, pointer) => {
    expect(validateInputs(schema, inputs).problems.map((problem) => problem.pointer)).toContain(pointer);
  });

  it('refuses unknown inputs where nothing is declared', () => {
    expect(validateInputs({ type: 'object' }, { a: 1 }).problems).toMatchObject([{ pointer: '/a' }]);
  });

  it('refuses a text that is too long for its pattern, each time anew', () => {
    const slow: InputsSchema = { type: 'object', properties: { t: { type: 'string', pattern: '(a?|b){900}[cd]' } } };
    expect(validateInputs(slow, { t: 'ab'.repeat(50_000) }).problems).toMatchObject([
      { pointer: '', detail: 'The texts are too long for the patterns that check them.' },
    ]);
    expect(validateInputs(slow, { t: 'abc' }).problems).toEqual([]);
  });

  it('checks an evil pattern in linear time', () => {
    const evil: InputsSchema = { type: 'object', properties: { t: { type: 'string', pattern: '^(a+)+$' } } };
    expect(validateInputs(evil, { t: `${'a'.repeat(50_000)}!` }).problems).toMatchObject([{ pointer: '/t' }]);
  });
});

describe('checkInputsSchema', () => {
  const property = (value: unknown): unknown => ({ type: 'object', properties: { a: value } });

  it.each<[unknown]>([
    [schema],
    [{ type: 'object' }],
    [property({ type: 'string', enum: ['a', 'b'], default: 'a', description: 'x', title: 'y', examples: ['a'] })],
    [property({ type: 'array', items: { type: 'string', default: 'x' }, minItems: 1, default: ['a'] })],
    [
      property({
        type: 'object',
        properties: { b: { type: 'number', default: 1 } },
        additionalProperties: false,
        default: {},
      }),
    ],
    [property({ type: 'object', additionalProperties: { type: 'string' } })],
    [property({ type: 'string', 'x-atom-sensitive': true })],
    [property({ type: 'string', pattern: '^(a+)+$' })],
  ])('accepts %j', (value) => {
    expect(checkInputsSchema(value)).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['a reference', property({ $ref: 'https://example.com/schema.json' }), '/properties/a/$ref'],
    ['a local reference', property({ type: 'string', $ref: '#/x' }), '/properties/a/$ref'],
    ['an id', { type: 'object', $id: 'https://example.com' }, '/$id'],
    ['a combinator', property({ type: 'string', anyOf: [] }), '/properties/a/anyOf'],
    ['uniqueItems', property({ type: 'array', uniqueItems: true }), '/properties/a/uniqueItems'],
    ['no type', property({ minimum: 1 }), '/properties/a'],
    ['a misspelt keyword', property({ type: 'string', maxlength: 3 }), '/properties/a/maxlength'],
    ['an unknown format', property({ type: 'string', format: 'regex' }), '/properties/a/format'],
    ['a pattern that is not RE2', property({ type: 'string', pattern: '(?=a)' }), '/properties/a'],
    [
      'a default that breaks the schema',
      property({ type: 'integer', minimum: 5, default: 1 }),
      '/properties/a/default',
    ],
    [
      'a wrong default deep inside',
      property({ type: 'array', items: { type: 'string', default: 1 } }),
      '/properties/a/items/default',
    ],
    ['an enum of objects', property({ type: 'object', enum: [{}] }), '/properties/a/enum/0'],
    [
      'a wrong default inside a default that is right',
      property({
        type: 'object',
        default: {},
        properties: { b: { type: 'array', items: { type: 'string' }, default: ['x', 1] } },
      }),
      '/properties/a/properties/b/default/1',
    ],
    [
      'a default that a schema with a default refuses',
      property({ type: 'object', default: { b: 1 }, properties: { b: { type: 'string', default: 'x' } } }),
      '/properties/a/default/b',
    ],
    [
      'a pattern that is too large',
      property({ type: 'array', items: { type: 'string', pattern: 'a{1,900}'.repeat(9) } }),
      '/properties/a/items/pattern',
    ],
    [
      'a default too long for its pattern',
      property({ type: 'string', pattern: '(a?|b){900}', default: 'a'.repeat(5_000) }),
      '',
    ],
    [
      'the 301st schema',
      property({
        type: 'object',
        properties: Object.fromEntries(
          Array.from({ length: 4 }, (_, outer) => [
            `o${outer}`,
            {
              type: 'object',
              properties: Object.fromEntries(Array.from({ length: 80 }, (_, at) => [`i${at}`, { type: 'string' }])),
            },
          ]),
        ),
      }),
      '/properties/a/properties/o3/properties/i54',
    ],
    ['a required input that is not declared', { type: 'object', required: ['x'] }, '/required'],
    ['open inputs', { type: 'object', additionalProperties: true }, '/additionalProperties'],
    ['another root', { type: 'array' }, '/type'],
    [
      'an input that no expression can write',
      { type: 'object', properties: { 'a-b': { type: 'string' } } },
      '/properties/a-b',
    ],
  ])('refuses %s', (_what, value, pointer) => {
    expect(checkInputsSchema(value).map((problem) => problem.pointer)).toContain(pointer);
  });
});
