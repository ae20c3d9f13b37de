import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, Repository } from 'typeorm';

import type { Transaction } from '../platform/database/database.js';
import { decodeCursor, type Page, type PageQuery, toPage } from '../platform/http/cursor.js';
import { AuditEntryEntity } from './audit-entry.entity.js';
import type { AuditEntry, AuditFilter, NewAuditEntry } from './audit-entry.js';
import { AuditLog } from './audit-log.js';

const APPEND = {
  name: 'audit-append',
  text: 'INSERT INTO audit_entry (actor, action, subject, body) VALUES ($1, $2, $3, $4)',
};

@Injectable()
export class PostgresAuditLog extends AuditLog {
  constructor(@InjectRepository(AuditEntryEntity) private readonly entries: Repository<AuditEntryEntity>) {
    super();
  }

  async append(transaction: Transaction, { actor, action, subject, body }: NewAuditEntry): Promise<void> {
    await transaction.query(APPEND, [actor, action, subject, JSON.stringify(body)]);
  }

  async list(filter: AuditFilter, { limit, cursor }: PageQuery): Promise<Page<AuditEntry>> {
    const [before] = cursor === undefined ? [] : decodeCursor(cursor, isSeq);
    const rows = await this.entries.find({
      where: { ...filter, ...(before !== undefined && { seq: LessThan(before) }) },
      order: { seq: 'DESC' },
      take: limit + 1,
    });
    return toPage(
      rows,
      limit,
      ({ seq }) => [seq],
      (row) => row,
    );
  }
}

function isSeq(text: string): boolean {
  return /^\d{1,18}$/.test(text);
}
