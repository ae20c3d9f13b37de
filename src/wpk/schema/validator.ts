import { Ajv2020, type ErrorObject, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { RE2JS } from 're2js';

import { childPointer, isJsonObject } from '../json.js';
import type { WpkProblem } from '../wpk.error.js';

/** Formats that a schema may name. */
export const FORMATS = [
  'date',
  'time',
  'date-time',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uri',
  'uuid',
] as const;

/** Whether a pattern is found in a text. */
export type PatternTest = (text: string) => boolean;

/** RE2 for every `pattern`: an author's pattern and a caller's text cannot make a backtracking engine loop. */
function compilePattern(pattern: string): PatternTest {
  const compiled = RE2JS.compile(pattern);
  return (text) => compiled.matcher(text).find();
}

/** What ajv calls for a `pattern`. */
export function regExpBy(compile: (pattern: string) => PatternTest) {
  return Object.assign(
    // ajv keeps compiled patterns by their toString: without it, all of a schema would share the first.
    (pattern: string) => ({ test: compile(pattern), toString: () => pattern }),
    { code: 're2' },
  );
}

const regExp = regExpBy(compilePattern);

/**
 * One way to make an ajv: strict, draft 2020-12, all errors at once. Cheap (a millisecond), so that each author's schema gets its
 * own: it does not check schemas against the meta-schema. Ours are checked by specs, those of authors against their subset.
 */
export function createAjv(options: Options = {}): Ajv2020 {
  const ajv = new Ajv2020({
    strict: true,
    // `required` inside oneOf speaks of properties and types that stand beside it.
    strictTypes: false,
    strictRequired: false,
    allErrors: true,
    verbose: true,
    discriminator: true,
    code: { regExp },
    meta: false,
    validateSchema: false,
    ...options,
  });
  addFormats.default(ajv, [...FORMATS]);
  return ajv;
}

/** More than are ever shown. A hostile document has thousands, and each may repeat an enum of a megabyte. */
const MAX_PROBLEMS = 100;

/** What ajv found, in words for the author, at most 100 problems; empty when the last validation passed. */
export function problemsOf(validate: ValidateFunction): WpkProblem[] {
  const errors = validate.errors ?? [];
  // Where a choice failed, ajv repeats the faults of every alternative: the choice itself says enough.
  const choices = errors.filter(({ keyword }) => keyword === 'oneOf').map(({ schemaPath }) => `${schemaPath}/`);
  return errors
    .filter(({ keyword, schemaPath }) => keyword !== 'if' && !choices.some((choice) => schemaPath.startsWith(choice)))
    .slice(0, MAX_PROBLEMS)
    .map(toProblem);
}

function toProblem(error: ErrorObject): WpkProblem {
  const { keyword, instancePath: pointer } = error;
  const parameters: Readonly<Record<string, unknown>> = error.params;
  const named = (key: string): string => String(parameters[key]);
  switch (keyword) {
    case 'additionalProperties':
      return unknownMember(error, named('additionalProperty'));
    case 'required':
      return { pointer, detail: `The member '${named('missingProperty')}' is missing.` };
    case 'propertyNames':
      return {
        pointer: childPointer(pointer, named('propertyName')),
        detail: `The name '${named('propertyName')}' is not allowed here.`,
      };
    case 'const':
      return { pointer, detail: `The value must be ${JSON.stringify(parameters['allowedValue'])}.` };
    case 'enum':
      return { pointer, detail: `The value must be one of ${JSON.stringify(parameters['allowedValues'])}.` };
    case 'discriminator':
      return {
        pointer: childPointer(pointer, named('tag')),
        detail: `${JSON.stringify(parameters['tagValue'])} is none of the known values.`,
      };
    case 'oneOf':
      return { pointer, detail: `Exactly one of these is needed: ${alternatives(error)}.` };
    case 'pattern':
      return { pointer, detail: `The value ${excerpt(error.data)} has not the right form.`, ...patternHint(error) };
    default:
      return { pointer, detail: `The value ${error.message ?? 'is not allowed'}.` };
  }
}

function unknownMember({ instancePath, parentSchema }: ErrorObject, member: string): WpkProblem {
  const properties: unknown = parentSchema?.['properties'];
  const known = isJsonObject(properties) ? Object.keys(properties) : [];
  return {
    pointer: childPointer(instancePath, member),
    detail: `The member '${member}' is unknown.`,
    ...(known.length === 0 ? {} : { hint: `Known here: ${known.join(', ')}.` }),
  };
}

function alternatives({ schema }: ErrorObject): string {
  const choices: unknown[] = Array.isArray(schema) ? schema : [];
  const names = choices.flatMap((choice) => (isJsonObject(choice) ? [choice['required']].flat() : []));
  return names.map(String).join(', ');
}

function patternHint({ parentSchema }: ErrorObject): { readonly hint?: string } {
  const description: unknown = parentSchema?.['description'];
  const examples: unknown = parentSchema?.['examples'];
  const example = Array.isArray(examples) ? ` For example: ${JSON.stringify(examples[0])}.` : '';
  return typeof description === 'string' ? { hint: `${description}${example}` } : {};
}

function excerpt(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…"` : text;
}
