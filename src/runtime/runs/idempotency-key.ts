import { RuntimeError } from '../runtime.error.js';

/** Printable ASCII; the quotes of the draft's structured field are taken off. */
const KEY = /^"?([\x21\x23-\x7e]{1,200})"?$/;

export const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  required: true,
  schema: { type: 'string', pattern: KEY.source },
  example: 'c0ffee-2026-11-23',
  description: 'One key starts one run, however often the request is sent.',
} as const;

/** The `Idempotency-Key` of a request that starts something (draft-ietf-httpapi-idempotency-key-header). */
export function idempotencyKey(header: string | undefined): string {
  if (header === undefined) {
    throw new RuntimeError(
      'idempotency-key-missing',
      'Send an Idempotency-Key, such as a new UUID, so that a repeated request starts no second run.',
    );
  }
  const [, key] = KEY.exec(header) ?? [];
  if (key === undefined) {
    throw new RuntimeError('idempotency-key-malformed', 'An Idempotency-Key has 1 to 200 printable ASCII characters.');
  }
  return key;
}
