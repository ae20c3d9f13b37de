import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';

import { canonicalFacts } from './decide.js';
import { DecisionEntity } from './decision.entity.js';
import { type DecisionRecord, DecisionStore } from './decision.store.js';

@Injectable()
export class PostgresDecisionStore extends DecisionStore {
  constructor(@InjectRepository(DecisionEntity) private readonly decisions: Repository<DecisionEntity>) {
    super();
  }

  async save({ decision, facts }: DecisionRecord): Promise<void> {
    const { risk, ...rest } = decision;
    const { stage, digest } = facts;
    await this.decisions
      .createQueryBuilder()
      .insert()
      .values({
        ...rest,
        stage,
        digest,
        riskScore: risk.score,
        riskLevel: risk.level,
        facts: () => ':facts',
        reasons: () => ':reasons',
      })
      .setParameters({ facts: JSON.stringify(canonicalFacts(facts)), reasons: JSON.stringify(decision.reasons) })
      .orIgnore()
      .execute();
  }

  async find(id: string): Promise<DecisionRecord | undefined> {
    const row = await this.decisions.findOneBy({ id });
    if (!row) return undefined;
    const { outcome, requiredApprovals, riskScore, riskLevel, reasons, rulesetVersion, facts } = row;
    const risk = { score: riskScore, level: riskLevel };
    return { decision: { id, outcome, requiredApprovals, risk, reasons, rulesetVersion }, facts };
  }
}
