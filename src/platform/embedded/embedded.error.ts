export type EmbeddedErrorCode = 'in-use' | 'other-owner' | 'no-account' | 'no-binaries' | 'start-failed';

/** An embedded part could not be started; the message says what to do next. */
export class EmbeddedError extends Error {
  readonly code: EmbeddedErrorCode;

  constructor(code: EmbeddedErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EmbeddedError';
    this.code = code;
  }
}
