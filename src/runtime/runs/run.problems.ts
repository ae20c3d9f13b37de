import { REGISTRY_PROBLEMS } from '../../registry/index.js';
import { RUNTIME_PROBLEMS } from '../runtime.error.js';

/** What may be wrong with a request for a run: its own problems, and those of the package that it names. */
export const RUN_PROBLEMS = { ...REGISTRY_PROBLEMS, ...RUNTIME_PROBLEMS };

export const START_PROBLEMS = [
  ...(['idempotency-key-missing', 'idempotency-key-malformed', 'idempotency-key-reused', 'inputs-invalid'] as const),
  ...(['run-denied', 'approval-required', 'workflow-not-found', 'signature-invalid', 'signer-not-trusted'] as const),
  ...(['version-yanked', 'version-revoked', 'version-deleted', 'key-revoked', 'signatures-insufficient'] as const),
  ...(['digest-mismatch', 'signature-unsupported', 'trust-root-unavailable'] as const),
];
