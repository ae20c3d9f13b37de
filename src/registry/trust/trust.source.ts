import type { TrustSet } from '../../wpk/index.js';

/** Who is trusted, as one process sees it at one moment. */
export interface CurrentTrust {
  readonly set: TrustSet;
  /** Of the database; null where trust comes from a file. */
  readonly revision: number | null;
}

/** Where trust comes from: the database and its API, or a file that is deployed like code. Never both. */
export abstract class TrustSource {
  /** False: `/v1/trust` only shows, and the file is what has to be changed. */
  abstract readonly isManagedHere: boolean;

  /**
   * At least as new as `seen`, a revision that a statement saw in the database; without it whatever this process knows
   * already. Rejects when it cannot be found out: then nothing is trusted.
   */
  abstract current(seen?: number): Promise<CurrentTrust>;

  /** As `current`, and certainly not older than the call. */
  abstract refresh(): Promise<CurrentTrust>;
}
