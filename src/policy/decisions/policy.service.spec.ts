import { describe, expect, it } from '@jest/globals';
import { Counter, Registry } from 'prom-client';

import { someFacts } from '../../../test/contracts/decision-store.contract.js';
import { FakeDecisionStore } from '../../../test/fakes/fake-decision.store.js';
import { PolicyService } from './policy.service.js';

function setup() {
  const decisions = new FakeDecisionStore();
  const violations = new Counter({
    ...{ name: 'violations', help: 'Violations.', labelNames: ['rule', 'severity'], registers: [new Registry()] },
  });
  return { decisions, violations, sut: new PolicyService(decisions, violations) };
}

const critical = { ...someFacts, findings: someFacts.findings.map((f) => ({ ...f, severity: 'critical' as const })) };

describe(PolicyService.name, () => {
  it('answers with a decision that is on record', async () => {
    const { decisions, sut } = setup();
    const decision = await sut.decide(someFacts);
    expect(await decisions.find(decision.id)).toEqual({ decision, facts: someFacts });
  });

  it('writes nothing when the same question comes again', async () => {
    const { decisions, sut } = setup();
    const first = await sut.decide(someFacts);
    expect(await sut.decide({ ...someFacts })).toEqual(first);
    expect(decisions.saves).toBe(1);
  });

  it('does not answer when the decision cannot be stored, and tries again the next time', async () => {
    const { decisions, sut } = setup();
    const save = decisions.save.bind(decisions);
    decisions.save = () => Promise.reject(new Error('database is down'));
    await expect(sut.decide(someFacts)).rejects.toThrow('database is down');
    decisions.save = save;
    await sut.decide(someFacts);
    expect(decisions.saves).toBe(1);
  });

  it('records a denial before it throws it, with every reason', async () => {
    const { decisions, sut } = setup();
    const { id } = await sut.decide(critical);
    expect(await decisions.find(id)).toMatchObject({ decision: { outcome: 'deny' } });
    await expect(sut.decideOrThrow(critical)).rejects.toMatchObject({
      code: 'policy-denied',
      errors: [{ pointer: '#/spec/permissions/0', line: 4 }, { pointer: '#/spec/safety/approvalRequired' }],
    });
  });

  it('counts findings by rule and severity', async () => {
    const { violations, sut } = setup();
    await sut.decide(someFacts);
    const { values } = await violations.get();
    expect(values).toEqual([{ labels: { rule: 'ATOM-K8S-001', severity: 'high' }, value: 1 }]);
  });
});
