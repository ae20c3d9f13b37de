import type { Transaction } from '../platform/database/database.js';
import type { Page, PageQuery } from '../platform/http/cursor.js';
import type { AuditEntry, AuditFilter, NewAuditEntry } from './audit-entry.js';

/** Append-only record of who changed what. */
export abstract class AuditLog {
  /** Written in the transaction of the change itself: there is never one without the other. */
  abstract append(transaction: Transaction, entry: NewAuditEntry): Promise<void>;

  /** The newest first. */
  abstract list(filter: AuditFilter, page: PageQuery): Promise<Page<AuditEntry>>;
}
