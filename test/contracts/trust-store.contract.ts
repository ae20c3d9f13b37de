import { beforeEach, describe, expect, it } from '@jest/globals';

import type { AuditLog } from '../../src/audit/index.js';
import type { TrustStore } from '../../src/registry/trust/trust.store.js';
import { EMPTY_TRUST, type TrustDocument } from '../../src/wpk/index.js';
import { anAuditEntry } from './audit-log.contract.js';

export interface TrustSubject {
  /** Empty. */
  readonly store: TrustStore;
  readonly audit: AuditLog;
}

let made = 0;

export function aTrustDocument(): TrustDocument {
  const identity = { state: 'active', issuer: 'https://issuer.example', subject: 'https://example.test/*' } as const;
  return { ...EMPTY_TRUST, identities: [{ name: `release-${++made}`, ...identity }] };
}

/** What every TrustStore promises. */
export function trustStoreContract(title: string, open: () => TrustSubject | Promise<TrustSubject>): void {
  describe(`TrustStore: ${title}`, () => {
    let store: TrustStore;
    let audit: AuditLog;

    beforeEach(async () => {
      ({ store, audit } = await open());
    });

    const audited = async (subject: string): Promise<number> =>
      (await audit.list({ subject }, { limit: 100 })).items.length;

    it('knows nothing before the first change', async () => {
      expect(await store.latest()).toBeUndefined();
    });

    it('numbers the changes from 1, and has the last one in force, with who made it', async () => {
      const documents = [aTrustDocument(), aTrustDocument()];
      for (const [after, document] of documents.entries()) {
        expect(await store.append(after, document, anAuditEntry({ actor: `actor-${after}` }))).toBe(true);
        expect(await store.latest()).toEqual({
          ...{ revision: after + 1, document, changedBy: `actor-${after}`, changedAt: expect.any(Date) },
        });
      }
    });

    it('takes no change that was made to an older state or to one that never was, and audits none', async () => {
      await store.append(0, aTrustDocument(), anAuditEntry());
      const before = await store.latest();
      for (const after of [0, 2, -1]) {
        const entry = anAuditEntry({ subject: `trust/late-${after}` });
        expect(await store.append(after, aTrustDocument(), entry)).toBe(false);
        expect(await audited(entry.subject)).toBe(0);
      }
      expect(await store.latest()).toEqual(before);
    });

    it('takes one of many changes that are made at the same time to one state, for every state', async () => {
      for (let after = 0; after < 5; after++) {
        const subject = `trust/race-${++made}`;
        const documents = Array.from({ length: 10 }, () => aTrustDocument());
        const taken = await Promise.all(
          documents.map((document) => store.append(after, document, anAuditEntry({ subject }))),
        );
        expect(taken.filter(Boolean)).toHaveLength(1);
        expect(await store.latest()).toMatchObject({ revision: after + 1, document: documents[taken.indexOf(true)] });
        expect(await audited(subject)).toBe(1);
      }
    });
  });
}
