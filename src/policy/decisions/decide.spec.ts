import { describe, expect, it } from '@jest/globals';

import type { Finding, Severity } from '../rules/finding.js';
import { canonicalFacts, decide } from './decide.js';
import type { PolicyFacts } from './facts.js';

const finding = (severity: Severity, more: Partial<Finding> = {}): Finding => ({
  ...{ ruleId: `ATOM-TEST-${severity}`, severity, message: 'seen', pointer: '#/spec/steps/0', line: 7 },
  ...{ blast: 'step', reversibility: 'reversible' },
  ...more,
});

interface Case extends Partial<Omit<PolicyFacts, 'safety'>> {
  readonly safety?: Partial<PolicyFacts['safety']>;
}

const someFacts = ({ safety, ...more }: Case = {}): PolicyFacts => ({
  ...{ stage: 'run', digest: `sha256:${'0'.repeat(64)}`, findings: [], dryRunDone: false },
  safety: { mode: 'manual', approvalRequired: false, dryRunRequired: false, ...safety },
  ...more,
});

const auto = { mode: 'auto' } as const;
const dryRun = { dryRunRequired: true };
const approval = { approvalRequired: true };
const critical = [finding('critical')];
const high = [finding('high')];
const harmless = [finding('medium'), finding('low'), finding('info')];

describe('decide', () => {
  describe('with an override in force', () => {
    const override = { reason: 'incident 4711', by: 'anna', expiresAt: '2026-11-26T16:00:00Z' };

    it('allows the run, says whose word that was, and hides nothing of what the rules say', () => {
      const decision = decide(someFacts({ findings: critical, safety: approval, override }));
      expect(decision).toMatchObject({ outcome: 'allow', requiredApprovals: 0 });
      expect(decision.reasons.map(({ code }) => code)).toEqual(['overridden', ...ids('critical'), 'approval-required']);
      expect(decision.reasons[0]?.message).toMatch(/anna.*2026-11-26T16:00:00Z.*incident 4711/);
      expect(decision.risk).toEqual(decide(someFacts({ findings: critical })).risk);
    });

    it('is another decision than the one without it, and admits nothing to the registry', () => {
      const facts = someFacts({ findings: critical });
      expect(decide({ ...facts, override }).id).not.toBe(decide(facts).id);
      expect(decide({ ...facts, override, stage: 'admission' }).outcome).toBe('deny');
    });
  });

  it.each<[string, Case, outcome: string, approvals: number, reasons: string[]]>([
    ['allows what nothing speaks against', {}, 'allow', 0, []],
    [
      'allows medium and lesser findings, and names them',
      { findings: harmless },
      'allow',
      0,
      ids('medium', 'low', 'info'),
    ],
    ['asks for approval on a high finding', { findings: high }, 'requireApproval', 1, ids('high')],
    ['denies on a critical finding', { findings: critical }, 'deny', 0, ids('critical')],
    ['lets deny win over approval', { findings: [...high, ...critical] }, 'deny', 0, ids('critical', 'high')],
    ['asks for approval where the package does', { safety: approval }, 'requireApproval', 1, ['approval-required']],
    [
      'denies a critical finding even with approval',
      { safety: approval, findings: critical },
      'deny',
      0,
      [...ids('critical'), 'approval-required'],
    ],
    ['denies a live auto run before any dry-run', { safety: auto }, 'deny', 0, ['dry-run-missing']],
    ['denies a live run that needs a dry-run', { safety: dryRun }, 'deny', 0, ['dry-run-missing']],
    ['allows it after one', { safety: { ...auto, ...dryRun }, dryRunDone: true }, 'allow', 0, []],
    ['asks for no dry-run at admission', { stage: 'admission', safety: { ...auto, ...dryRun } }, 'allow', 0, []],
    [
      'denies at admission on a critical finding',
      { stage: 'admission', findings: critical },
      'deny',
      0,
      ids('critical'),
    ],
  ])('%s', (_, given, outcome, requiredApprovals, reasons) => {
    const decision = decide(someFacts(given));
    expect(decision).toMatchObject({ outcome, requiredApprovals });
    expect(decision.reasons.map(({ code }) => code)).toEqual(reasons);
  });

  it('says where a finding is', () => {
    const [reason] = decide(someFacts({ findings: high })).reasons;
    expect(reason).toEqual({
      code: 'ATOM-TEST-high',
      message: 'seen',
      severity: 'high',
      pointer: '#/spec/steps/0',
      line: 7,
    });
  });

  it('gives the same decision for the same facts in another order', () => {
    const findings = [...harmless, ...high];
    const { stage, digest, safety, dryRunDone } = someFacts();
    const again = decide({ dryRunDone, findings: findings.toReversed(), safety, digest, stage });
    expect(again).toEqual(decide(someFacts({ findings })));
  });

  it.each<[string, Case]>([
    ['digest', { digest: `sha256:${'1'.repeat(64)}` }],
    ['stage', { stage: 'admission' }],
    ['safety', { safety: approval }],
    ['findings', { findings: harmless }],
    ['dry-run', { dryRunDone: true }],
    ['inputs', { inputsDigest: 'sha256:0' }],
  ])('gives other facts another id: %s', (_, given) => {
    expect(decide(someFacts(given)).id).not.toBe(decide(someFacts()).id);
  });

  it('gives the same decision when the stored facts are decided again', () => {
    const facts = someFacts({ findings: [...high, finding('low', { cwe: 'CWE-250' })], inputsDigest: 'sha256:0' });
    const stored = JSON.parse(JSON.stringify(canonicalFacts(facts))) as PolicyFacts;
    expect(decide(stored)).toEqual(decide(facts));
  });
});

function ids(...severities: readonly Severity[]): string[] {
  return severities.map((severity) => `ATOM-TEST-${severity}`);
}
