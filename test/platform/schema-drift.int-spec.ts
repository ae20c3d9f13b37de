import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { TokenEntity } from '../../src/access/index.js';
import { AuditEntryEntity } from '../../src/audit/index.js';
import { DecisionEntity } from '../../src/policy/index.js';
import { REGISTRY_ENTITIES } from '../../src/registry/index.js';
import { RunEntity, RunEventEntity, RunStepEntity } from '../../src/runtime/index.js';
import { openDataSource, type TestDataSource } from '../support/data-source.js';

const ENTITIES = [
  ...[TokenEntity, AuditEntryEntity, DecisionEntity, ...REGISTRY_ENTITIES],
  ...[RunEntity, RunStepEntity, RunEventEntity],
];
const TABLES = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_name <> 'migrations'`;

describe('the migrations', () => {
  let opened: TestDataSource;

  beforeAll(async () => {
    opened = await openDataSource(ENTITIES, false);
    await opened.dataSource.runMigrations();
  });

  afterAll(() => opened.close());

  it('make the very schema that the entities describe', async () => {
    const { upQueries } = await opened.dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('leave no table without an entity', async () => {
    const rows = await opened.dataSource.query<{ table_name: string }[]>(TABLES);
    const tables = opened.dataSource.entityMetadatas.map(({ tableName }) => tableName);
    expect(rows.map((row) => row.table_name).sort()).toEqual(tables.sort());
  });

  it('can be taken back one by one, and made again', async () => {
    const { dataSource } = opened;
    for (let i = 0; i < dataSource.migrations.length; i++) await dataSource.undoLastMigration();
    expect(await dataSource.query(TABLES)).toEqual([]);
    await dataSource.runMigrations();
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    expect(upQueries).toEqual([]);
  });
});
