import type { ProblemType, ProblemTypes } from '../errors/domain.error.js';

/** Problems that belong to no module: the request as such. */
export type HttpProblemCode =
  | 'request-malformed'
  | 'request-invalid'
  | 'cursor-invalid'
  | 'not-found'
  | 'path-too-long'
  | 'headers-too-large'
  | 'body-too-large'
  | 'media-type-unsupported'
  | 'too-many-requests'
  | 'unavailable'
  | 'internal-error';

export const HTTP_PROBLEMS: ProblemTypes<HttpProblemCode> = {
  'request-malformed': { status: 400, title: 'The request cannot be read' },
  'request-invalid': { status: 422, title: 'The request is not valid' },
  'cursor-invalid': { status: 400, title: 'The cursor is not one that this list gave out' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'path-too-long': { status: 414, title: 'A part of the path is too long' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'media-type-unsupported': { status: 415, title: 'The content type is not one that is read here' },
  'too-many-requests': { status: 429, title: 'Too many requests', headers: { 'retry-after': '5' } },
  unavailable: { status: 503, title: 'Atom cannot serve this now', headers: { 'retry-after': '5' } },
  'internal-error': { status: 500, title: 'Atom failed' },
};

const BY_STATUS: ReadonlyMap<number, HttpProblemCode> = new Map([
  [400, 'request-malformed'],
  [404, 'not-found'],
  [414, 'path-too-long'],
  [431, 'headers-too-large'],
  [413, 'body-too-large'],
  [415, 'media-type-unsupported'],
  [422, 'request-invalid'],
  [429, 'too-many-requests'],
  [503, 'unavailable'],
]);

/** Said instead of what the framework says, which repeats the whole path. */
const DETAILS: Partial<Readonly<Record<HttpProblemCode, string>>> = {
  'not-found': 'No route has this path with this method; /docs lists them all.',
  'path-too-long': 'No name or id in a path has more than 255 characters.',
  'headers-too-large': 'All headers and the path together have at most 16 KiB.',
  unavailable: 'A part that Atom needs is not answering. Try again in a few seconds.',
  'internal-error': 'The log of the server has the reason, under this requestId.',
};
const MAX_DETAIL = 300;

/**
 * A status without a code of its own is answered as the nearest that has one: a code always comes with its status.
 * `message` is what the framework says.
 */
export function problemOfStatus(
  status: number,
  message?: string,
): ProblemType & { code: HttpProblemCode; detail: string } {
  const code = BY_STATUS.get(status) ?? (status >= 500 ? 'internal-error' : 'request-malformed');
  const detail = DETAILS[code] ?? (message || HTTP_PROBLEMS[code].title).slice(0, MAX_DETAIL);
  return { ...HTTP_PROBLEMS[code], code, detail };
}
