import { DomainError, type ProblemTypes } from '../platform/errors/domain.error.js';
import type { Decision } from './decisions/decision.js';

export type PolicyErrorCode = 'policy-denied';

export class PolicyError extends DomainError<PolicyErrorCode> {
  override readonly name = 'PolicyError';

  /** Carries every reason, the decisive ones first. */
  static denied({ id, reasons }: Decision): PolicyError {
    return new PolicyError('policy-denied', `Policy denies this (decision ${id}); see the reasons in errors.`, {
      errors: reasons.map(({ code, message, pointer = '#', line }) => ({
        pointer,
        detail: `${code}: ${message}`,
        ...(line !== undefined && { line }),
      })),
    });
  }
}

export const POLICY_PROBLEMS: ProblemTypes<PolicyErrorCode> = {
  'policy-denied': { status: 403, title: 'Policy does not allow this' },
};
