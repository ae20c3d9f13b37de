import { type DecisionRecord, DecisionStore } from '../../src/policy/decisions/decision.store.js';

/** In memory; counts how often it was asked to save. */
export class FakeDecisionStore extends DecisionStore {
  saves = 0;
  private readonly records = new Map<string, DecisionRecord>();

  save(record: DecisionRecord): Promise<void> {
    this.saves++;
    this.records.set(record.decision.id, structuredClone(record));
    return Promise.resolve();
  }

  find(id: string): Promise<DecisionRecord | undefined> {
    return Promise.resolve(this.records.get(id));
  }
}
