import { describe, expect, it } from '@jest/globals';

import { type Finding, SEVERITIES } from '../rules/finding.js';
import { RISK_LEVELS, scoreRisk } from './risk-score.js';

const BLASTS = ['step', 'namespace', 'cluster'] as const;
const REVERSIBILITIES = ['read', 'reversible', 'irreversible'] as const;

/** mulberry32: the same seed gives the same findings. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function someFindings(random: () => number): Finding[] {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  return Array.from({ length: Math.floor(random() * 12) }, (_, i) => ({
    ruleId: `ATOM-TEST-00${Math.floor(random() * 4)}`,
    severity: pick(SEVERITIES),
    message: 'seen',
    pointer: `#/spec/steps/${i}`,
    blast: pick(BLASTS),
    reversibility: pick(REVERSIBILITIES),
  }));
}

const aFinding = (more: Partial<Finding> = {}): Finding => ({
  ...{ ruleId: 'ATOM-TEST-001', severity: 'high', message: 'seen', pointer: '#', blast: 'step' },
  reversibility: 'reversible',
  ...more,
});

describe('scoreRisk', () => {
  const seeds = Array.from({ length: 200 }, (_, i) => i);

  it.each([
    ['nothing', [], 0, 'low'],
    ['a low finding in one step', [aFinding({ severity: 'low' })], 2, 'low'],
    ['a high finding in one step', [aFinding()], 20, 'medium'],
    ['two of them, which add up to less than their sum', [aFinding(), aFinding({ pointer: '#/b' })], 36, 'medium'],
    ['a high finding across the cluster', [aFinding({ blast: 'cluster' })], 60, 'high'],
    ['the same beyond undoing', [aFinding({ blast: 'cluster', reversibility: 'irreversible' })], 99, 'critical'],
    ['a critical finding that only reads', [aFinding({ severity: 'critical', reversibility: 'read' })], 0, 'high'],
  ] as const)('scores %s', (_, findings, score, level) => {
    expect(scoreRisk(findings)).toMatchObject({ score, level });
  });

  it('stays between 0 and 100', () => {
    for (const seed of seeds) {
      const { score } = scoreRisk(someFindings(randomFrom(seed)));
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(100);
    }
  });

  it('never falls, in score or level, when a finding is added', () => {
    for (const seed of seeds) {
      const findings = someFindings(randomFrom(seed));
      const less = scoreRisk(findings.slice(1));
      const more = scoreRisk(findings);
      expect(more.score).toBeGreaterThanOrEqual(less.score);
      expect(RISK_LEVELS.indexOf(more.level)).toBeGreaterThanOrEqual(RISK_LEVELS.indexOf(less.level));
    }
  });

  it('does not depend on the order of the findings', () => {
    for (const seed of seeds) {
      const random = randomFrom(seed);
      const findings = someFindings(random);
      const shuffled = findings.map((finding) => ({ finding, at: random() })).sort((a, b) => a.at - b.at);
      expect(scoreRisk(shuffled.map(({ finding }) => finding))).toEqual(scoreRisk(findings));
    }
  });

  it('explains itself: the shares give the score again', () => {
    for (const seed of seeds) {
      const findings = someFindings(randomFrom(seed));
      const { score, shares } = scoreRisk(findings);
      expect(shares).toHaveLength(findings.length);
      const rest = shares.reduce((product, share) => product * (1 - share.score / 100), 1);
      expect(Math.round(100 * (1 - rest))).toBe(score);
    }
  });
});
