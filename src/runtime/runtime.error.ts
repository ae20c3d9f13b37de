import { DomainError, type ProblemTypes } from '../platform/errors/domain.error.js';

export type RuntimeErrorCode =
  | 'run-not-found'
  | 'run-ended'
  | 'inputs-invalid'
  | 'run-denied'
  | 'approval-required'
  | 'idempotency-key-missing'
  | 'idempotency-key-malformed'
  | 'idempotency-key-reused';

export class RuntimeError extends DomainError<RuntimeErrorCode> {
  override readonly name = 'RuntimeError';
}

export const RUNTIME_PROBLEMS: ProblemTypes<RuntimeErrorCode> = {
  'run-not-found': { status: 404, title: 'There is no such run' },
  'run-ended': { status: 409, title: 'The run has ended' },
  'inputs-invalid': { status: 422, title: "The inputs do not fit the package's schema" },
  'run-denied': { status: 403, title: 'Policy does not allow this run' },
  'approval-required': { status: 403, title: 'Policy asks for an approval' },
  'idempotency-key-missing': { status: 400, title: 'An Idempotency-Key is needed' },
  'idempotency-key-malformed': { status: 400, title: 'The Idempotency-Key is not usable' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key was used for another request' },
};
