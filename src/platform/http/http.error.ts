import { DomainError } from '../errors/domain.error.js';
import type { HttpProblemCode } from './http.problems.js';

/** A request that is wrong before any module is asked. */
export class HttpError extends DomainError<HttpProblemCode> {
  override readonly name = 'HttpError';
}
