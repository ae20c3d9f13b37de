import { DomainError, type ProblemTypes } from '../platform/errors/domain.error.js';

export type AccessErrorCode =
  'token-missing' | 'token-invalid' | 'permission-missing' | 'token-not-found' | 'token-name-taken';

export class AccessError extends DomainError<AccessErrorCode> {
  override readonly name = 'AccessError';
}

/** RFC 6750 §3: a request that brought no token is told the scheme and no error. */
const challenge = (error?: string) => ({
  'www-authenticate': error === undefined ? 'Bearer' : `Bearer error="${error}"`,
});

export const ACCESS_PROBLEMS: ProblemTypes<AccessErrorCode> = {
  'token-missing': { status: 401, title: 'A token is needed', headers: challenge() },
  'token-invalid': { status: 401, title: 'The token is not valid', headers: challenge('invalid_token') },
  'permission-missing': { status: 403, title: 'The token may not do this', headers: challenge('insufficient_scope') },
  'token-not-found': { status: 404, title: 'There is no such token' },
  'token-name-taken': { status: 409, title: 'Another token has this name' },
};
