/** Why a signature or key was refused. Closed: whoever maps these to HTTP or exit codes can be exhaustive. */
export type SignatureErrorCode =
  | 'SIGNATURE.MISSING'
  | 'SIGNATURE.MALFORMED'
  | 'SIGNATURE.INVALID'
  | 'SIGNATURE.UNKNOWN_KEY'
  | 'SIGNATURE.UNTRUSTED_IDENTITY' // a certificate names an identity that nobody trusts here, whether it is genuine or not
  | 'SIGNATURE.DIGEST_MISMATCH'
  | 'SIGNATURE.UNSUPPORTED'
  | 'KEY.MALFORMED'
  | 'KEY.PASSWORD'
  | 'KEY.UNSUPPORTED'
  | 'TRUST.MALFORMED'; // a trusted root or a trusted identity cannot be used

/** The only error that this folder throws. The message says what to do next and never holds secret material. */
export class SignatureError extends Error {
  override readonly name = 'SignatureError';

  constructor(
    readonly code: SignatureErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Runs `work`; whatever it throws that is not already a SignatureError (TypeError, OpenSSL, …) becomes one. */
export function asSignatureError<T>(code: SignatureErrorCode, message: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof SignatureError) throw cause;
    throw new SignatureError(code, message, { cause });
  }
}
