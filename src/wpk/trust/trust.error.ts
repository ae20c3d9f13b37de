import type { WpkProblem } from '../wpk.error.js';

/** A trust document that cannot be used. `problems` says where and why; nothing of it is in force. */
export class TrustError extends Error {
  override readonly name = 'TrustError';

  constructor(
    readonly problems: readonly WpkProblem[],
    options?: ErrorOptions,
  ) {
    super(problems[0]?.detail ?? 'The trust document was refused.', options);
  }
}
