import { afterAll, beforeAll, beforeEach } from '@jest/globals';

import { trustStoreContract } from '../contracts/trust-store.contract.js';
import { type PostgresRegistry, postgresRegistry } from './postgres-registry.js';

let registry: PostgresRegistry;

beforeAll(async () => {
  registry = await postgresRegistry();
});

afterAll(() => registry.close());

beforeEach(() => registry.query('TRUNCATE trust_revision'));

trustStoreContract('PostgreSQL', () => ({ store: registry.trust, audit: registry.audit }));
