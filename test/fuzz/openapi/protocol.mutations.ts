import { isGranted, type Permission, type Role } from '../../../src/access/index.js';
import { HOSTILE_HEADERS } from './hostile.js';
import type { RequestMutation } from './negative.js';

/** A token for each role. */
export type Tokens = ReadonlyMap<Role, string>;

const NO_TOKENS = [
  ...[
    null,
    '',
    'Bearer',
    'Bearer ',
    'Basic YWRtaW46YWRtaW4=',
    'bearer',
    'Bearer a b',
    'Bearer unknown-token-of-nobody',
  ],
  ...['Bearer atom_pat_4Zr8Kc1nV0pQ7sLw2yHb3D_0XkQz9', `Bearer ${'x'.repeat(513)}`, 'Bearer __proto__', 'Token x'],
  ...['Bearer \u00fc', 'Bearer null', 'Bearer undefined', 'Bearer [object Object]'],
];
const OTHER_HEADERS = [
  ...['accept', 'accept-encoding', 'range', 'if-none-match', 'if-match', 'x-request-id', 'x-http-method-override'],
  ...['origin', 'cookie', 'content-encoding', 'x-forwarded-for', 'traceparent'],
];
const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH'];

export function protocolMutations(tokens: Tokens): readonly RequestMutation[] {
  return [noToken, weakerToken(tokens), weakerToken(tokens), wrongMethod, otherHeader, otherHeader, hugeHeader];
}

const noToken: RequestMutation = (draft, random) => {
  if (draft.operation.permission === undefined) return undefined;
  const authorization = random.pick(NO_TOKENS);
  return { kind: 'token', draft: { ...draft, authorization }, breaks: true, statuses: [401] };
};

function weakerToken(tokens: Tokens): RequestMutation {
  return (draft, random) => {
    const permission = draft.operation.permission as Permission | undefined;
    if (permission === undefined) return undefined;
    const weaker = [...tokens].filter(([role]) => !isGranted(role, permission));
    if (weaker.length === 0) return undefined;
    const [, token] = random.pick(weaker);
    const authorization = `Bearer ${token}`;
    return { kind: 'weaker token', draft: { ...draft, authorization }, breaks: true, statuses: [403] };
  };
}

/** 400: another route may take the last segment for its parameter. */
const wrongMethod: RequestMutation = (draft, random) => {
  const method = random.pick(METHODS.filter((one) => !draft.operation.methodsOfPath.includes(one)));
  const { operation, path, query, headers } = draft;
  return {
    kind: 'method',
    draft: { operation, method, path, query, headers },
    breaks: true,
    statuses: [400, 404, 405],
  };
};

const otherHeader: RequestMutation = (draft, random) => {
  const name = random.pick(OTHER_HEADERS);
  if (draft.operation.parameters.some((one) => one.name.toLowerCase() === name)) return undefined;
  const headers = { ...draft.headers, [name]: random.pick(HOSTILE_HEADERS) };
  return { kind: `other header ${name}`, draft: { ...draft, headers }, breaks: false };
};

const hugeHeader: RequestMutation = (draft, random) => {
  if (random.below(8) > 0) return undefined;
  const headers = { ...draft.headers, 'x-padding': 'y'.repeat(20_000) };
  return { kind: 'huge header', draft: { ...draft, headers }, breaks: true, statuses: [431] };
};
