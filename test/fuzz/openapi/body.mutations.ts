import { multipart } from '../multipart.js';
import { BYTE_MUTATIONS, type Random } from '../mutations.js';
import { type Body, type Draft, jsonBody } from './draft.js';
import { fits } from './fits.js';
import { BROKEN_JSON, CONTENT_TYPES, HOSTILE_JSON, HOSTILE_TEXTS } from './hostile.js';
import { isObject, type JsonObject } from './json.js';
import type { Negative, RequestMutation } from './negative.js';
import type { Schema } from './schema.js';

/** More than any JSON body may have. */
const TOO_LARGE = 1_200_000;
const UNKNOWN = ['unknown', '__proto__', 'constructor', 'toString', '', 'hasOwnProperty', 'id', 'role', '\0'];

export function bodyMutations(draft: Draft): readonly RequestMutation[] {
  if (draft.method === 'GET') return [];
  if (!draft.operation.body) return [wrongContentType, notJson, tooLarge];
  const any = [wrongContentType, notJson, tooLarge, absentBody];
  if (draft.operation.body.contentType !== 'application/json') return [...any, mutatedBytes, mutatedBytes, wrongParts];
  return [...any, wrongJson, wrongJson, changedMember, changedMember, changedMember, removedMember, unknownMember];
}

const wrongContentType: RequestMutation = (draft, random) => {
  const contentType = random.pick(CONTENT_TYPES);
  const isMultipart = draft.operation.body?.contentType === 'multipart/form-data' && contentType.startsWith('multi');
  if (isMultipart) return undefined;
  const bytes = draft.body?.bytes ?? Buffer.from('{}');
  return withBody('content type', draft, { contentType, bytes }, draft.operation.body !== undefined);
};

const notJson: RequestMutation = (draft, random) => {
  const text = random.pick(BROKEN_JSON);
  return withBody('broken JSON', draft, { contentType: 'application/json', bytes: Buffer.from(text) }, text !== '');
};

const absentBody: RequestMutation = ({ operation, method, path, query, headers }) => ({
  kind: 'no body',
  draft: { operation, method, path, query, headers },
  breaks: operation.body?.required ?? false,
});

const tooLarge: RequestMutation = (draft) =>
  withBody('large body', draft, jsonBody({ text: 'x'.repeat(TOO_LARGE) }), true);

/** The whole body is another one. */
const wrongJson: RequestMutation = (draft, random) => withJson('other JSON', draft, random.pick(HOSTILE_JSON));

const changedMember: RequestMutation = (draft, random) =>
  editMember('changed member', draft, random, (name, rest) => [
    ...rest,
    [name, random.below(2) === 0 ? random.pick(HOSTILE_JSON) : JSON.stringify(random.pick(HOSTILE_TEXTS))],
  ]);

const removedMember: RequestMutation = (draft, random) =>
  editMember('removed member', draft, random, (_name, rest) => rest);

const unknownMember: RequestMutation = (draft, random) =>
  editMember('unknown member', draft, random, (name, rest, text) => [
    ...rest,
    [name, text],
    [random.pick(UNKNOWN), random.pick(HOSTILE_JSON)],
  ]);

/** Inside multipart: what is in the parts does not matter here, see upload.e2e-spec.ts. */
const mutatedBytes: RequestMutation = (draft, random) => {
  if (!draft.body) return undefined;
  const bytes = random.pick(BYTE_MUTATIONS)(draft.body.bytes, random);
  return withBody('bytes', draft, { ...draft.body, bytes }, false);
};

const wrongParts: RequestMutation = (draft, random) => {
  const names = ['package', 'bundle', 'signature', 'unknown', '__proto__', ''];
  const parts = Array.from({ length: random.below(4) }, () => random.pick(names));
  const { contentType, body } = multipart(parts.map((name) => [name, Buffer.from(random.pick(HOSTILE_TEXTS))]));
  return withBody('parts', draft, { contentType, bytes: body }, true);
};

type Entries = readonly (readonly [name: string, json: string])[];
/** Takes one member and the others. */
type Edit = (name: string, rest: Entries, text: string) => Entries;

/** Members are kept as JSON text, so that a member may be what JSON.stringify would not write, such as 1e400. */
function editMember(kind: string, draft: Draft, random: Random, edit: Edit): Negative | undefined {
  const value: unknown = draft.body ? JSON.parse(draft.body.bytes.toString()) : undefined;
  if (!isObject(value)) return undefined;
  if (Object.keys(value).length === 0) return undefined;
  return withJson(kind, draft, editObject(value, random, edit));
}

/** A member of this object, or of an object in it. */
function editObject(value: JsonObject, random: Random, edit: Edit): string {
  const members = Object.entries(value);
  const at = random.below(members.length);
  const [name, member] = members[at]!;
  const rest = members.filter((_, index) => index !== at).map(([key, one]) => [key, JSON.stringify(one)] as const);
  const isDeeper = isObject(member) && Object.keys(member).length > 0 && random.below(2) === 0;
  return toText(
    isDeeper ? [...rest, [name, editObject(member, random, edit)]] : edit(name, rest, JSON.stringify(member)),
  );
}

function toText(entries: Entries): string {
  return `{${entries.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
}

function withJson(kind: string, draft: Draft, text: string): Negative {
  const schema = draft.operation.body?.schema ?? {};
  return withBody(kind, draft, { contentType: 'application/json', bytes: Buffer.from(text) }, breaks(schema, text));
}

/** Judged by the document alone. */
function breaks(schema: Schema, text: string): boolean {
  try {
    return !fits(schema, JSON.parse(text));
  } catch {
    return true;
  }
}

function withBody(kind: string, draft: Draft, body: Body, isBroken: boolean): Negative {
  return { kind, draft: { ...draft, body }, breaks: isBroken };
}
