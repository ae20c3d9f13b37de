import type { Parameter } from './document.js';
import { type Draft, encodeText, routeOf } from './draft.js';
import { fitsAsText } from './fits.js';
import { HOSTILE_HEADERS, HOSTILE_SEGMENTS, HOSTILE_TEXTS } from './hostile.js';
import type { RequestMutation } from './negative.js';

const CURSORS = [
  ...['x', '%', 'e30', 'W10', 'bnVsbA', 'WyIiXQ', 'WyJcdTAwMDAiXQ', 'WyJhIiwiYiJd', 'W251bGxd', 'WzFd', 'W1siYSJdXQ'],
  ...[
    'WyJfX3Byb3RvX18iXQ',
    'WyJcdWQ4MDAiXQ',
    'WyIyMDI2LTAxLTAxVDAwOjAwOjAwWiIsIngiXQ',
    'WyI5OTk5OTk5OTk5OTk5OTk5OTk5OSJd',
  ],
];

export function parameterMutations({ operation }: Draft): readonly RequestMutation[] {
  const places = new Set(operation.parameters.map((one) => one.in));
  const hasCursor = operation.parameters.some(({ name }) => name === 'cursor');
  return [
    ...(places.has('path') ? [wrongSegment, wrongSegment] : []),
    ...(places.has('query') ? [wrongQuery, wrongQuery, repeatedQuery, arrayQuery] : []),
    ...(places.has('header') ? [wrongHeader, absentHeader] : []),
    ...(hasCursor ? [wrongCursor] : []),
    ...[unknownQuery, brokenQuery],
  ];
}

const wrongSegment: RequestMutation = (draft, random) => {
  const parameter = random.pick(of(draft, 'path'));
  const segment = random.pick(HOSTILE_SEGMENTS);
  const value = (name: string): string => (name === parameter.name ? segment : encodeText(draft.path[name] ?? ''));
  const target = routeOf(draft.operation, value);
  return { kind: `path ${parameter.name}`, draft: { ...draft, target }, breaks: breaksSegment(parameter, segment) };
};

function breaksSegment({ schema }: Parameter, segment: string): boolean {
  try {
    const text = decodeURIComponent(segment);
    return text === '' || !fitsAsText(schema, [text]);
  } catch {
    return true;
  }
}

const wrongQuery: RequestMutation = (draft, random) => {
  const parameter = random.pick(of(draft, 'query'));
  const value = random.pick(HOSTILE_TEXTS).toWellFormed();
  return withQuery(draft, parameter, [value]);
};

const repeatedQuery: RequestMutation = (draft, random) => {
  const parameter = random.pick(of(draft, 'query'));
  return withQuery(draft, parameter, ['1', random.below(2) === 0 ? '1' : '2']);
};

const wrongCursor: RequestMutation = (draft, random) => {
  const cursor = of(draft, 'query').find(({ name }) => name === 'cursor')!;
  return { ...withQuery(draft, cursor, [random.pick(CURSORS)]), kind: 'cursor' };
};

function withQuery(draft: Draft, { name, schema }: Parameter, values: readonly string[]) {
  const others = draft.query.filter(([other]) => other !== name);
  const query = [...others, ...values.map((value) => [name, value] as const)];
  return { kind: `query ${name}`, draft: { ...draft, query }, breaks: !fitsAsText(schema, values) };
}

/** What a route reads of its query it names; a filter that it would ignore it has to refuse. */
const unknownQuery: RequestMutation = (draft, random) => {
  const name = random.pick(['unknown', '__proto__', 'constructor', 'toString', '', 'a.b', 'x'.repeat(300)]);
  const query = [...draft.query, [name, random.pick(HOSTILE_TEXTS).toWellFormed()] as const];
  const isRead = of(draft, 'query').length > 0 && name !== '';
  return { kind: 'unknown query', draft: { ...draft, query }, breaks: isRead };
};

const arrayQuery: RequestMutation = (draft, random) => {
  const { name } = random.pick(of(draft, 'query'));
  const query = [...draft.query, [`${name}${random.pick(['[]', '[0]', '[a]', '.x', '[__proto__]'])}`, '1'] as const];
  return { kind: 'array query', draft: { ...draft, query }, breaks: true };
};

const brokenQuery: RequestMutation = (draft, random) => {
  const route = routeOf(draft.operation, (name) => encodeText(draft.path[name] ?? ''));
  const many = Array.from({ length: 1500 }, (_, i) => `p${i}=1`).join('&');
  const search = random.pick([
    '%',
    '%zz=1',
    '&&&',
    '=',
    '=1',
    '?',
    '%00=%00',
    '%ed%a0%80=1',
    many,
    `limit=${'9'.repeat(400)}`,
  ]);
  return { kind: 'broken query', draft: { ...draft, target: `${route}?${search}` }, breaks: false };
};

const wrongHeader: RequestMutation = (draft, random) => {
  const { name, schema } = random.pick(of(draft, 'header'));
  const value = random.pick(HOSTILE_HEADERS);
  // Blanks around a value are no part of it (RFC 9110 §5.5).
  return {
    ...{ kind: `header ${name}`, draft: { ...draft, headers: { ...draft.headers, [name]: value } } },
    breaks: !fitsAsText(schema, [value.trim()]),
  };
};

const absentHeader: RequestMutation = (draft, random) => {
  const { name, required } = random.pick(of(draft, 'header'));
  const headers = Object.fromEntries(Object.entries(draft.headers).filter(([other]) => other !== name));
  return { kind: `no header ${name}`, draft: { ...draft, headers }, breaks: required };
};

function of({ operation }: Draft, place: Parameter['in']): readonly Parameter[] {
  return operation.parameters.filter((one) => one.in === place);
}
