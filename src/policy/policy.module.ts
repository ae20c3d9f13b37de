import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';

import { DecisionEntity } from './decisions/decision.entity.js';
import { DecisionStore } from './decisions/decision.store.js';
import { PostgresDecisionStore } from './decisions/decision.store.postgres.js';
import { PolicyService } from './decisions/policy.service.js';
import { policyMetrics } from './policy.metrics.js';

/** Whether something may be done, and why. Policy is asked and never asks: callers bring the facts. */
@Module({
  imports: [TypeOrmModule.forFeature([DecisionEntity])],
  providers: [PolicyService, { provide: DecisionStore, useClass: PostgresDecisionStore }, ...policyMetrics],
  exports: [PolicyService],
})
export class PolicyModule {}
