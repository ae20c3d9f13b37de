/**
 * `yanked`: no new run; what was accepted goes on and may be tried again. `revoked`: nothing runs, also what was accepted.
 * `deleted`: never ran, and its bytes are gone; the name and version still mean them.
 */
export const VERSION_STATES = ['active', 'yanked', 'revoked', 'deleted'] as const;
export type VersionState = (typeof VERSION_STATES)[number];

/** The last change of state; nulls when there was none. */
export interface VersionStanding {
  readonly state: VersionState;
  readonly stateReason: string | null;
  readonly stateBy: string | null;
  readonly stateAt: Date | null;
  /** In force until its time is over; null when there is none or it has expired. */
  readonly override: Override | null;
}

/** An admin's word, on record, that a version may run although it was yanked or policy says otherwise. Never about trust. */
export interface Override {
  readonly reason: string;
  readonly by: string;
  /** RFC 3339. */
  readonly at: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}
