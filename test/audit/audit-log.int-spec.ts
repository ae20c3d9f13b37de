import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { PostgresAuditLog } from '../../src/audit/audit-log.store.postgres.js';
import { AuditEntryEntity } from '../../src/audit/index.js';
import { loadConfig } from '../../src/platform/config/config.js';
import { Database } from '../../src/platform/database/database.js';
import { anAuditEntry, auditLogContract } from '../contracts/audit-log.contract.js';
import { openDataSource, type TestDataSource } from '../support/data-source.js';

let opened: TestDataSource;
let database: Database;
let log: PostgresAuditLog;

beforeAll(async () => {
  opened = await openDataSource([AuditEntryEntity]);
  database = new Database(loadConfig({ DATABASE_URL: opened.url }));
  log = new PostgresAuditLog(opened.dataSource.getRepository(AuditEntryEntity));
});

afterAll(async () => {
  await database.onApplicationShutdown();
  await opened.close();
});

auditLogContract('PostgreSQL', () => ({ log, transaction: (work) => database.transaction(work) }));

describe('audit_entry', () => {
  const rows = (): Promise<unknown[]> => opened.dataSource.query('SELECT * FROM audit_entry ORDER BY seq');

  it.each([
    `UPDATE audit_entry SET actor = 'somebody else'`,
    `UPDATE audit_entry SET actor = actor WHERE seq = 1`,
    'DELETE FROM audit_entry',
    'TRUNCATE audit_entry',
    'TRUNCATE audit_entry RESTART IDENTITY CASCADE',
    `INSERT INTO audit_entry (seq, actor, action, subject, body) VALUES (1, 'a', 'a', 'a', '{}')`,
  ])('refuses %s', async (statement) => {
    await database.transaction((transaction) => log.append(transaction, anAuditEntry()));
    const before = await rows();
    await expect(opened.dataSource.query(statement)).rejects.toThrow(/append-only|non-DEFAULT value/);
    expect(await rows()).toEqual(before);
  });
});
