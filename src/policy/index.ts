export type { Decision, Outcome, Reason } from './decisions/decision.js';
export { DecisionEntity } from './decisions/decision.entity.js';
export type { PackageFacts, PolicyFacts } from './decisions/facts.js';
export { PolicyService } from './decisions/policy.service.js';
export { POLICY_PROBLEMS, PolicyError } from './policy.error.js';
export { PolicyModule } from './policy.module.js';
export { RISK_LEVELS, type RiskLevel } from './risk/risk-score.js';
export { type Finding, SEVERITIES, type Severity } from './rules/finding.js';
export { inspectPackage } from './rules/ruleset.js';
