import { type AuditEntry, type AuditFilter, AuditLog, type NewAuditEntry } from '../../src/audit/index.js';
import type { Transaction } from '../../src/platform/database/database.js';
import { decodeCursor, type Page, type PageQuery, toPage } from '../../src/platform/http/cursor.js';

/** For fakes whose changes take place at once, and for entries that are undone only by `FakeAuditLog.transaction`. */
export const NO_TRANSACTION: Transaction = { query: () => Promise.resolve([]) };

/** In memory; held to the same contract as the log on PostgreSQL. */
export class FakeAuditLog extends AuditLog {
  private entries: AuditEntry[] = [];
  private written = 0;

  append(_: Transaction, entry: NewAuditEntry): Promise<void> {
    this.write(entry);
    return Promise.resolve();
  }

  /** As `append`, within one turn of the event loop. */
  write({ actor, action, subject, body }: NewAuditEntry): void {
    const copy = JSON.parse(JSON.stringify(body)) as AuditEntry['body'];
    this.entries.push({ seq: String(++this.written), at: new Date(), actor, action, subject, body: copy });
  }

  list(filter: AuditFilter, { limit, cursor }: PageQuery): Promise<Page<AuditEntry>> {
    return attempt(() => {
      const [before = Infinity] = cursor === undefined ? [] : decodeCursor(cursor, (text) => /^\d{1,18}$/.test(text));
      const wanted = Object.entries(filter) as [keyof AuditFilter, string][];
      const found = this.entries
        .filter((entry) => Number(entry.seq) < Number(before) && wanted.every(([key, value]) => entry[key] === value))
        .reverse();
      return toPage(
        found,
        limit,
        ({ seq }) => [seq],
        (entry) => entry,
      );
    });
  }

  /** Takes the entries of `work` back when it fails. */
  async transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    const before = [...this.entries];
    try {
      return await work(NO_TRANSACTION);
    } catch (error) {
      this.entries = before;
      throw error;
    }
  }
}

/** What is thrown rejects, as from a real store. */
function attempt<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}
