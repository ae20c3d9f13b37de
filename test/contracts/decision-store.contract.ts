import { beforeAll, describe, expect, it } from '@jest/globals';

import { decide } from '../../src/policy/decisions/decide.js';
import type { DecisionStore } from '../../src/policy/decisions/decision.store.js';
import type { PolicyFacts } from '../../src/policy/index.js';

export const someFacts: PolicyFacts = {
  ...{ stage: 'run', digest: `sha256:${'0'.repeat(64)}`, dryRunDone: false, inputsDigest: 'sha256:1' },
  safety: { mode: 'manual', approvalRequired: true, dryRunRequired: false },
  findings: [
    {
      ...{ ruleId: 'ATOM-K8S-001', severity: 'high', message: 'It reaches far.', cwe: 'CWE-668', line: 4 },
      ...{ pointer: '#/spec/permissions/0', blast: 'cluster', reversibility: 'reversible' },
    },
  ],
};

/** What every DecisionStore promises. */
export function decisionStoreContract(title: string, open: () => DecisionStore | Promise<DecisionStore>): void {
  describe(`DecisionStore: ${title}`, () => {
    let store: DecisionStore;

    beforeAll(async () => {
      store = await open();
    });

    it('finds what was saved, and saving it again is saving it once', async () => {
      const decision = decide(someFacts);
      await Promise.all(Array.from({ length: 8 }, () => store.save({ decision, facts: someFacts })));
      expect(await store.find(decision.id)).toEqual({ decision, facts: someFacts });
      expect(await store.find('unknown')).toBeUndefined();
    });

    it('keeps enough of a decision to decide it again', async () => {
      const decision = decide(someFacts);
      await store.save({ decision, facts: someFacts });
      const record = await store.find(decision.id);
      expect(record && decide(record.facts)).toEqual(decision);
    });
  });
}
