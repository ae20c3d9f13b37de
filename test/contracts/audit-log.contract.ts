import { beforeAll, describe, expect, it } from '@jest/globals';

import type { AuditEntry, AuditFilter, AuditLog, NewAuditEntry } from '../../src/audit/index.js';
import type { Transaction } from '../../src/platform/database/database.js';
import { encodeCursor } from '../../src/platform/http/cursor.js';

export interface AuditSubject {
  readonly log: AuditLog;
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result>;
}

export function anAuditEntry(more: Partial<NewAuditEntry> = {}): NewAuditEntry {
  return { actor: 'lea', action: 'thing.change', subject: 'things/1', body: { reason: 'because' }, ...more };
}

/** What every AuditLog promises. */
export function auditLogContract(title: string, open: () => AuditSubject | Promise<AuditSubject>): void {
  describe(`AuditLog: ${title}`, () => {
    let subject: AuditSubject;

    beforeAll(async () => {
      subject = await open();
    });

    const append = (...entries: readonly NewAuditEntry[]): Promise<void> =>
      subject.transaction(async (transaction) => {
        for (const entry of entries) await subject.log.append(transaction, entry);
      });
    const all = async (filter: AuditFilter): Promise<readonly AuditEntry[]> =>
      (await subject.log.list(filter, { limit: 100 })).items;

    it('shows what was appended, the newest first', async () => {
      const entries = ['1', '2', '3'].map((id) =>
        anAuditEntry({ subject: 'order', body: { id, deep: { list: [1, null] } } }),
      );
      await append(...entries);
      const found = await all({ subject: 'order' });
      expect(found).toEqual(
        entries.toReversed().map((entry) => ({ ...entry, seq: expect.any(String), at: expect.any(Date) })),
      );
      const seqs = found.map(({ seq }) => BigInt(seq));
      expect(seqs[0]! > seqs[1]! && seqs[1]! > seqs[2]!).toBe(true);
    });

    it('has nothing of a change that did not take place', async () => {
      const failed = subject.transaction(async (transaction) => {
        await subject.log.append(transaction, anAuditEntry({ subject: 'undone' }));
        throw new Error('the change failed');
      });
      await expect(failed).rejects.toThrow('the change failed');
      expect(await all({ subject: 'undone' })).toEqual([]);
    });

    it('filters by actor, action and subject, all of them', async () => {
      await append(
        anAuditEntry({ actor: 'filter-a', action: 'x.one', subject: 's/1' }),
        anAuditEntry({ actor: 'filter-a', action: 'x.two', subject: 's/1' }),
        anAuditEntry({ actor: 'filter-b', action: 'x.one', subject: 's/2' }),
      );
      expect(await all({ actor: 'filter-a' })).toHaveLength(2);
      expect(await all({ action: 'x.one' })).toHaveLength(2);
      expect(await all({ subject: 's/1', action: 'x.one' })).toMatchObject([{ actor: 'filter-a' }]);
      expect(await all({ actor: 'filter-b', action: 'x.two' })).toEqual([]);
    });

    it('pages through all of them, each once', async () => {
      await append(...Array.from({ length: 5 }, (_, index) => anAuditEntry({ subject: 'paged', body: { index } })));
      const seen: unknown[] = [];
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page = await subject.log.list(
          { subject: 'paged' },
          { limit: 2, ...(cursor !== undefined && { cursor }) },
        );
        seen.push(...page.items.map(({ body }) => body['index']));
        cursor = page.nextCursor;
      }
      expect(seen).toEqual([4, 3, 2, 1, 0]);
    });

    it.each(['x', encodeCursor(['-1']), encodeCursor(['1'.repeat(19)]), encodeCursor(['1', '2'])])(
      'refuses the cursor %s',
      async (cursor) => {
        await expect(subject.log.list({}, { limit: 5, cursor })).rejects.toMatchObject({ code: 'cursor-invalid' });
      },
    );
  });
}
