import { afterAll } from '@jest/globals';

import { workflowStoreContract } from '../contracts/workflow-store.contract.js';
import { type PostgresRegistry, postgresRegistry } from './postgres-registry.js';

let registry: PostgresRegistry | undefined;

afterAll(() => registry?.close());

workflowStoreContract('PostgreSQL', async () => (registry = await postgresRegistry()));
