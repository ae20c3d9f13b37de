import { PostgresAuditLog } from '../../src/audit/audit-log.store.postgres.js';
import { AuditEntryEntity } from '../../src/audit/index.js';
import { loadConfig } from '../../src/platform/config/config.js';
import { Database } from '../../src/platform/database/database.js';
import { REGISTRY_ENTITIES } from '../../src/registry/index.js';
import { PostgresTrustStore } from '../../src/registry/trust/trust.store.postgres.js';
import { PackageSignatureEntity } from '../../src/registry/workflows/package-signature.entity.js';
import { WorkflowEntity } from '../../src/registry/workflows/workflow.entity.js';
import { PostgresWorkflowStore } from '../../src/registry/workflows/workflow.store.postgres.js';
import { WorkflowVersionEntity } from '../../src/registry/workflows/workflow-version.entity.js';
import type { WorkflowsSubject } from '../builders/new-version.builder.js';
import { openDataSource } from '../support/data-source.js';

export interface PostgresRegistry extends WorkflowsSubject {
  readonly database: Database;
  query<Row>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** The stores on PostgreSQL, on a database of their own, with as many connections as a race needs. */
export async function postgresRegistry(): Promise<PostgresRegistry> {
  const opened = await openDataSource([...REGISTRY_ENTITIES, AuditEntryEntity]);
  const { dataSource, url } = opened;
  const database = new Database(loadConfig({ DATABASE_URL: url, DATABASE_POOL: '10' }));
  const audit = new PostgresAuditLog(dataSource.getRepository(AuditEntryEntity));
  const query = <Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
    dataSource.query<Row[]>(sql, [...values]);
  return {
    ...{ database, audit, query },
    trust: new PostgresTrustStore(database, audit),
    store: new PostgresWorkflowStore(
      dataSource.getRepository(WorkflowVersionEntity),
      dataSource.getRepository(WorkflowEntity),
      dataSource.getRepository(PackageSignatureEntity),
      database,
      audit,
    ),
    pass: async (hours) => {
      const earlier = (time: string): string =>
        `jsonb_build_object('${time}', (override->>'${time}')::timestamptz - make_interval(hours => $1))`;
      await query(`UPDATE workflow_version SET override = override || ${earlier('at')} || ${earlier('expiresAt')}`, [
        hours,
      ]);
    },
    close: async () => {
      await database.onApplicationShutdown();
      await opened.close();
    },
  };
}
