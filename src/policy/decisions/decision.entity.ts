import { Check, Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

import type { RiskLevel } from '../risk/risk-score.js';
import type { Outcome, Reason } from './decision.js';
import type { PolicyFacts } from './facts.js';

/** A row of `policy_decision`; written once, never changed. */
@Entity('policy_decision')
@Check('policy_decision_stage_check', `stage IN ('admission', 'run')`)
@Check('policy_decision_outcome_check', `outcome IN ('deny', 'requireApproval', 'allow')`)
export class DecisionEntity {
  /** SHA-256 (hex) of facts and ruleset version. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'policy_decision_pkey' })
  id!: string;

  @Column('text')
  stage!: PolicyFacts['stage'];

  /** Digest of the package. No foreign key: the package is another module's. */
  @Column('text')
  digest!: string;

  @Column('text')
  outcome!: Outcome;

  @Column('integer', { name: 'required_approvals' })
  requiredApprovals!: number;

  @Column('integer', { name: 'risk_score' })
  riskScore!: number;

  @Column('text', { name: 'risk_level' })
  riskLevel!: RiskLevel;

  @Column('jsonb')
  reasons!: readonly Reason[];

  @Column('jsonb')
  facts!: PolicyFacts;

  @Column('text', { name: 'ruleset_version' })
  rulesetVersion!: string;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}
