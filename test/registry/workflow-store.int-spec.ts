import { afterAll } from '@jest/globals';

import { loadConfig } from '../../src/platform/config/config.js';
import { Database } from '../../src/platform/database/database.js';
import { REGISTRY_ENTITIES } from '../../src/registry/index.js';
import { PackageEntity } from '../../src/registry/workflows/package.entity.js';
import { PackageSignatureEntity } from '../../src/registry/workflows/package-signature.entity.js';
import { PostgresWorkflowStore } from '../../src/registry/workflows/workflow.store.postgres.js';
import { WorkflowVersionEntity } from '../../src/registry/workflows/workflow-version.entity.js';
import { workflowStoreContract } from '../contracts/workflow-store.contract.js';
import { FakeWorkflowStore } from '../fakes/fake-workflow.store.js';
import { openDataSource, type TestDataSource } from '../support/data-source.js';

let opened: TestDataSource | undefined;
let database: Database | undefined;

afterAll(async () => {
  await database?.onApplicationShutdown();
  await opened?.close();
});

workflowStoreContract('in memory', () => new FakeWorkflowStore());

workflowStoreContract('PostgreSQL', async () => {
  opened = await openDataSource(REGISTRY_ENTITIES);
  const { dataSource, url } = opened;
  database = new Database(loadConfig({ DATABASE_URL: url }));
  return new PostgresWorkflowStore(
    dataSource.getRepository(WorkflowVersionEntity),
    dataSource.getRepository(PackageEntity),
    dataSource.getRepository(PackageSignatureEntity),
    database,
  );
});
