import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';

import { PolicyError } from '../policy.error.js';
import { POLICY_VIOLATIONS } from '../policy.metrics.js';
import { decide } from './decide.js';
import type { Decision } from './decision.js';
import { DecisionStore } from './decision.store.js';
import type { PolicyFacts } from './facts.js';

/** Ids that are known to be stored; a repeated question then costs no statement. About 100 bytes each. */
const REMEMBERED = 10_000;

@Injectable()
export class PolicyService {
  private readonly stored = new Set<string>();

  constructor(
    private readonly decisions: DecisionStore,
    @InjectMetric(POLICY_VIOLATIONS) private readonly violations: Counter,
  ) {}

  /** Decides, and answers only when the decision is on record. A denial is an answer, not an error. */
  async decide(facts: PolicyFacts): Promise<Decision> {
    const decision = decide(facts);
    for (const { ruleId: rule, severity } of facts.findings) this.violations.inc({ rule, severity });
    if (!this.stored.has(decision.id)) {
      await this.decisions.save({ decision, facts });
      this.remember(decision.id);
    }
    return decision;
  }

  /** As `decide`, and throws `policy-denied`, with every reason, when the decision is a denial. */
  async decideOrThrow(facts: PolicyFacts): Promise<Decision> {
    const decision = await this.decide(facts);
    if (decision.outcome === 'deny') throw PolicyError.denied(decision);
    return decision;
  }

  private remember(id: string): void {
    const [oldest] = this.stored;
    if (this.stored.size >= REMEMBERED && oldest !== undefined) this.stored.delete(oldest);
    this.stored.add(id);
  }
}
