import { auditLogContract } from '../contracts/audit-log.contract.js';
import { trustStoreContract } from '../contracts/trust-store.contract.js';
import { workflowStoreContract } from '../contracts/workflow-store.contract.js';
import { FakeAuditLog } from './fake-audit.log.js';
import { FakeTrustStore } from './fake-trust.store.js';
import { FakeWorkflowStore } from './fake-workflow.store.js';

auditLogContract('in memory', () => {
  const log = new FakeAuditLog();
  return { log, transaction: (work) => log.transaction(work) };
});

trustStoreContract('in memory', () => {
  const audit = new FakeAuditLog();
  return { store: new FakeTrustStore(audit), audit };
});

workflowStoreContract('in memory', () => {
  const audit = new FakeAuditLog();
  const trust = new FakeTrustStore(audit);
  const store = new FakeWorkflowStore(trust, audit);
  const pass = (hours: number): Promise<void> => {
    store.pass(hours);
    return Promise.resolve();
  };
  return { store, trust, audit, pass };
});
