import { ApiProperty } from '@nestjs/swagger';

import { RISK_LEVELS, type RiskLevel } from '../risk/risk-score.js';
import { SEVERITIES, type Severity } from '../rules/finding.js';
import { type Outcome, OUTCOMES } from './decision.js';

export class ReasonDto {
  /**
   * A rule's id, `dry-run-missing` or `approval-required`.
   * @example "ATOM-FLOW-001"
   */
  code!: string;
  /** @example "Nothing verifies what step 'restart' changes; add a kubernetes/wait after it." */
  message!: string;
  @ApiProperty({ enum: SEVERITIES, example: 'low' })
  severity!: Severity;
  /** @example "#/spec/steps/1" */
  pointer?: string;
  /** @example 24 */
  line?: number;
}

export class RiskDto {
  /**
   * 0 to 100.
   * @example 2
   */
  score!: number;
  @ApiProperty({ enum: RISK_LEVELS, example: 'low' })
  level!: RiskLevel;
}

/** What policy decided, and every reason. */
export class DecisionDto {
  /** @example "5f2b0c7a1d3e4f60718293a4b5c6d7e8f9a0b1c2d3e4f5061728394a5b6c7d8e" */
  id!: string;
  @ApiProperty({ enum: OUTCOMES, example: 'allow' })
  outcome!: Outcome;
  /** @example 0 */
  requiredApprovals!: number;
  @ApiProperty({ type: RiskDto })
  risk!: RiskDto;
  @ApiProperty({ type: [ReasonDto] })
  reasons!: readonly ReasonDto[];
  /** @example "1" */
  rulesetVersion!: string;
}
