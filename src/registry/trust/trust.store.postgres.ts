import { Injectable } from '@nestjs/common';
import type { QueryResultRow } from 'pg';

import { AuditLog, type NewAuditEntry } from '../../audit/index.js';
import { Database, violatedConstraint } from '../../platform/database/database.js';
import type { TrustDocument } from '../../wpk/index.js';
import { type TrustRevision, TrustStore } from './trust.store.js';

const LATEST = {
  name: 'trust-latest',
  text: `
    SELECT revision, document, changed_by AS "changedBy", changed_at AS "changedAt"
      FROM trust_revision ORDER BY revision DESC LIMIT 1`,
};

/** Gaps are impossible: the revision before must be there and none after it. The primary key decides between two. */
const APPEND = {
  name: 'trust-append',
  text: `
    INSERT INTO trust_revision (revision, document, changed_by)
    SELECT $1::integer + 1, $2::jsonb, $3::text WHERE $1 = (SELECT coalesce(max(revision), 0) FROM trust_revision)
    RETURNING revision`,
};

@Injectable()
export class PostgresTrustStore extends TrustStore {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditLog,
  ) {
    super();
  }

  async latest(): Promise<TrustRevision | undefined> {
    const [row] = await this.database.query<QueryResultRow & TrustRevision>(LATEST, []);
    return row;
  }

  async append(after: number, document: TrustDocument, audit: NewAuditEntry): Promise<boolean> {
    try {
      return await this.database.transaction(async (transaction) => {
        const rows = await transaction.query(APPEND, [after, JSON.stringify(document), audit.actor]);
        if (rows.length === 0) return false;
        await this.audit.append(transaction, audit);
        return true;
      });
    } catch (error) {
      if (violatedConstraint(error) === 'trust_revision_pkey') return false;
      throw error;
    }
  }
}
