/** Why Vault did not do what it was asked. Closed: whoever maps these to HTTP or to steps can be exhaustive. */
export type VaultErrorCode =
  /** No answer: network, name, certificate, time. */
  | 'VAULT.UNREACHABLE'
  /** It answers that it cannot serve now. */
  | 'VAULT.UNAVAILABLE'
  | 'VAULT.SEALED'
  /** What Atom logs in with is refused, or cannot be read. */
  | 'VAULT.LOGIN_FAILED'
  /** Logged in, but the policy of the login does not allow it. */
  | 'VAULT.FORBIDDEN'
  | 'VAULT.NOT_FOUND'
  | 'VAULT.REFUSED'
  /** What answered does not speak as Vault does. */
  | 'VAULT.MALFORMED';

export interface VaultErrorOptions extends ErrorOptions {
  /** Vault asked for this pause. */
  readonly retryAfterMs?: number;
}

/** The only error that this folder throws while it speaks to Vault. The message says what to do and holds no secret. */
export class VaultError extends Error {
  override readonly name = 'VaultError';
  readonly retryAfterMs: number;

  constructor(
    readonly code: VaultErrorCode,
    message: string,
    { retryAfterMs = 0, ...options }: VaultErrorOptions = {},
  ) {
    super(message, options);
    this.retryAfterMs = retryAfterMs;
  }
}
