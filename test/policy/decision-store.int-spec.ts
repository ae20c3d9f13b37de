import { afterAll } from '@jest/globals';

import { DecisionEntity } from '../../src/policy/decisions/decision.entity.js';
import { PostgresDecisionStore } from '../../src/policy/decisions/decision.store.postgres.js';
import { decisionStoreContract } from '../contracts/decision-store.contract.js';
import { FakeDecisionStore } from '../fakes/fake-decision.store.js';
import { openDataSource, type TestDataSource } from '../support/data-source.js';

let opened: TestDataSource | undefined;

afterAll(() => opened?.close());

decisionStoreContract('in memory', () => new FakeDecisionStore());

decisionStoreContract('PostgreSQL', async () => {
  opened = await openDataSource([DecisionEntity]);
  return new PostgresDecisionStore(opened.dataSource.getRepository(DecisionEntity));
});
