import type { WpkProblem } from '../wpk.error.js';
import type { Distrust } from './distrust.js';
import type { TrustDocument, TrustEntry } from './trust.document.js';

/** A day (its first moment in UTC) or a time with its zone; without one it would be another moment in each process. */
const TIME = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d))?$/;
const TIMES = ['notBefore', 'notAfter', 'retiredAt', 'revokedAt'] as const;

/** A time that cannot be read bounds nothing: every comparison with it is false. */
export function faultsOfTimes(document: TrustDocument): WpkProblem[] {
  return (['keys', 'identities'] as const).flatMap((list) =>
    document[list].flatMap((entry, index) =>
      TIMES.filter((member) => !isTime(entry[member])).map((member) => ({
        pointer: `/${list}/${index}/${member}`,
        detail: `'${entry[member] ?? ''}' is no time; write it as "2027-01-01T00:00:00Z".`,
      })),
    ),
  );
}

function isTime(text: string | undefined): boolean {
  return text === undefined || (TIME.test(text) && !Number.isNaN(Date.parse(text)));
}

/** `ever`: whether there is a time, gone or to come, at which it would be so. */
export type JudgedAt = Date | 'ever';

/**
 * Why a key or identity does not count for a signature that was stored at `storedAt`, or is presented now. Only the
 * registry's own clock counts: a signer can write any time into a signature.
 */
export function entryProblem(entry: TrustEntry, storedAt: Date | undefined, now: JudgedAt): Distrust | undefined {
  const { name, state, reason } = entry;
  const why = reason === undefined ? '' : ` (${reason})`;
  if (state === 'revoked') {
    return { code: 'TRUST.REVOKED', detail: `The signer '${name}' was revoked${why}; sign with another key.` };
  }
  if (state === 'retired' && (!storedAt || storedAt.getTime() >= timeOf(entry.retiredAt, -Infinity))) {
    const detail = `The signer '${name}' was retired${why}: only what was stored before still counts; sign with another key.`;
    return { code: 'TRUST.NOT_NOW', detail };
  }
  if (now === 'ever') return undefined;
  const at = (storedAt ?? now).getTime();
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
