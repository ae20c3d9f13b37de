import type { Blast, Finding, Reversibility, Severity } from '../rules/finding.js';

export const RISK_LEVELS = ['low', 'medium', 'high', 'critical'] as const;
export type RiskLevel = (typeof RISK_LEVELS)[number];

/** What one finding adds, so that the score explains itself. */
export interface RiskShare {
  readonly ruleId: string;
  readonly pointer: string;
  /** 0 to 99. */
  readonly score: number;
}

export interface Risk {
  /** 0 to 100, an integer. */
  readonly score: number;
  readonly level: RiskLevel;
  /** Greatest share first. */
  readonly shares: readonly RiskShare[];
}

const SEVERITY_WEIGHT: Readonly<Record<Severity, number>> = { critical: 40, high: 20, medium: 8, low: 2, info: 0 };
const BLAST_FACTOR: Readonly<Record<Blast, number>> = { step: 1, namespace: 1.5, cluster: 3 };
const REVERSIBILITY_FACTOR: Readonly<Record<Reversibility, number>> = { read: 0, reversible: 1, irreversible: 2 };
const HIGHEST_SHARE = 99;

/**
 * How much harm a run could do: 100 · (1 − Π(1 − share/100)). Another finding never lowers it, no number of findings
 * exceeds 100, and their order does not matter. It informs and never grants: a decision comes from rules alone.
 */
export function scoreRisk(findings: readonly Finding[]): Risk {
  const shares = findings
    .map((finding) => ({ ruleId: finding.ruleId, pointer: finding.pointer, score: shareOf(finding) }))
    .sort((a, b) => b.score - a.score || compareText(a.ruleId, b.ruleId) || compareText(a.pointer, b.pointer));
  // Multiplied in sorted order, because the product of floating-point numbers depends on it.
  const safe = shares.reduce((rest, { score }) => rest * (1 - score / 100), 1);
  const score = Math.round(100 * (1 - safe));
  const isCritical = findings.some(({ severity }) => severity === 'critical');
  return { score, level: levelOf(score, isCritical), shares };
}

function shareOf({ severity, blast, reversibility }: Finding): number {
  const product = SEVERITY_WEIGHT[severity] * BLAST_FACTOR[blast] * REVERSIBILITY_FACTOR[reversibility];
  return Math.min(product, HIGHEST_SHARE);
}

/** A critical finding is never less than `high`, however small its reach. */
function levelOf(score: number, isCritical: boolean): RiskLevel {
  if (score >= 80) return 'critical';
  if (score >= 50 || isCritical) return 'high';
  return score >= 20 ? 'medium' : 'low';
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
