import { makeCounterProvider } from '@willsoto/nestjs-prometheus';

export const POLICY_VIOLATIONS = 'policy_violations_total';

export const policyMetrics = [
  makeCounterProvider({
    name: POLICY_VIOLATIONS,
    help: 'Findings of static rules in packages that policy was asked about.',
    labelNames: ['rule', 'severity'],
  }),
];
