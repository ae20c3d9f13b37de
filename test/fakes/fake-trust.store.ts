import type { NewAuditEntry } from '../../src/audit/index.js';
import { type TrustRevision, TrustStore } from '../../src/registry/trust/trust.store.js';
import type { TrustDocument } from '../../src/wpk/index.js';
import { FakeAuditLog } from './fake-audit.log.js';

/** In memory; held to the same contract as the store on PostgreSQL. */
export class FakeTrustStore extends TrustStore {
  private readonly revisions: TrustRevision[] = [];

  constructor(private readonly audit = new FakeAuditLog()) {
    super();
  }

  /** Of the latest, 0 before the first. */
  get revision(): number {
    return this.revisions.length;
  }

  latest(): Promise<TrustRevision | undefined> {
    return Promise.resolve(this.revisions.at(-1));
  }

  append(after: number, document: TrustDocument, audit: NewAuditEntry): Promise<boolean> {
    if (after !== this.revision) return Promise.resolve(false);
    this.revisions.push({ revision: after + 1, document, changedBy: audit.actor, changedAt: new Date() });
    this.audit.write(audit);
    return Promise.resolve(true);
  }
}
