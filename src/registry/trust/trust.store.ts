import type { NewAuditEntry } from '../../audit/index.js';
import type { TrustDocument } from '../../wpk/index.js';

export interface TrustRevision {
  /** 1 for the first change; 0 stands for the time before. */
  readonly revision: number;
  readonly document: TrustDocument;
  readonly changedBy: string;
  readonly changedAt: Date;
}

/** Every state of trust that ever was, append-only; the highest revision is in force. */
export abstract class TrustStore {
  abstract latest(): Promise<TrustRevision | undefined>;

  /**
   * Makes `document` the next revision after `after`, together with its audit entry. False, and nothing done, when `after` is
   * not the latest any more: somebody else was first.
   */
  abstract append(after: number, document: TrustDocument, audit: NewAuditEntry): Promise<boolean>;
}
