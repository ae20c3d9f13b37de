import type { Distrust } from './distrust.js';
import type { TrustEntry } from './trust.document.js';

/**
 * Why a key or identity does not count for a signature that was stored at `storedAt`, or is presented now. Only the
 * registry's own clock counts: a signer can write any time into a signature.
 */
export function entryProblem(entry: TrustEntry, storedAt: Date | undefined, now: Date): Distrust | undefined {
  const { name, state, reason } = entry;
  const why = reason === undefined ? '' : ` (${reason})`;
  if (state === 'revoked') {
    return { code: 'TRUST.REVOKED', detail: `The signer '${name}' was revoked${why}; sign with another key.` };
  }
  const at = (storedAt ?? now).getTime();
  if (state === 'retired' && (!storedAt || at >= timeOf(entry.retiredAt, -Infinity))) {
    const detail = `The signer '${name}' was retired${why}: only what was stored before still counts; sign with another key.`;
    return { code: 'TRUST.NOT_NOW', detail };
  }
  if (at < timeOf(entry.notBefore, -Infinity)) {
    return { code: 'TRUST.NOT_NOW', detail: `The signer '${name}' may not sign before ${entry.notBefore ?? ''}.` };
  }
  if (at > timeOf(entry.notAfter, Infinity)) {
    return { code: 'TRUST.NOT_NOW', detail: `The signer '${name}' may not sign after ${entry.notAfter ?? ''}.` };
  }
  return undefined;
}

function timeOf(text: string | undefined, otherwise: number): number {
  return text === undefined ? otherwise : Date.parse(text);
}
