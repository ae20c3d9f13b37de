import { SignatureError } from './signature.error.js';

/** What is looked at before a signature is believed, in this order. What does not apply to a signature is left out. */
export const SIGNATURE_CHECKS = {
  format: 'the signature has a form that is read here',
  content: 'what was signed is named as these very bytes',
  signer: 'the key or identity that it names is trusted',
  entries: 'every log entry names the same digest, signature and signer',
  time: 'the time of signing is proven by a trusted log or timestamp authority',
  certificate: 'a trusted authority issued the certificate for that time, and a trusted certificate log has it',
  log: 'every log entry is in a trusted log',
  signature: 'the signature belongs to these bytes and this signer',
  statement: 'the attestation speaks about this package',
} as const;

export type SignatureCheckName = keyof typeof SIGNATURE_CHECKS;

export interface SignatureCheck {
  readonly name: SignatureCheckName;
  readonly result: 'ok' | 'refused';
  /** What is true, or why it was refused and what to do. */
  readonly detail: string;
}

/** Remembers what was looked at. The first refusal is the last entry. */
export class CheckList {
  private readonly done: SignatureCheck[] = [];

  get checks(): readonly SignatureCheck[] {
    return this.done;
  }

  /** Whatever `work` throws, a library's error too, is thrown as a SignatureError. */
  run<T>(name: SignatureCheckName, work: () => T): T {
    let value: T;
    try {
      value = work();
    } catch (cause) {
      return this.refuse(name, cause instanceof SignatureError ? cause : unreadable(cause));
    }
    this.pass(name);
    return value;
  }

  pass(name: SignatureCheckName): void {
    this.done.push({ name, result: 'ok', detail: SIGNATURE_CHECKS[name] });
  }

  refuse(name: SignatureCheckName, error: SignatureError): never {
    this.done.push({ name, result: 'refused', detail: error.message });
    throw error;
  }
}

/** For what a library could not read: it throws TypeErrors and ASN.1 errors just as well as its own. */
export function unreadable(cause: unknown): SignatureError {
  return new SignatureError('SIGNATURE.MALFORMED', 'The signature cannot be read; sign the package again.', { cause });
}
