import { changesCluster } from './changes-cluster.js';
import type { Rule } from './rule.js';

/** A run that changes something and looks no further succeeds even when the change broke its target. */
export const UNVERIFIED_CHANGE_RULE: Rule = {
  id: 'ATOM-FLOW-001',
  severity: 'low',
  inspect: ({ spec: { steps } }) => {
    const lastWait = steps.findLastIndex(({ uses }) => uses === 'kubernetes/wait');
    return steps.flatMap((step, index) =>
      index > lastWait && changesCluster(step)
        ? [
            {
              message: `Nothing verifies what step '${step.name}' changes; add a kubernetes/wait after it.`,
              pointer: `#/spec/steps/${index}`,
              blast: 'step',
              reversibility: 'reversible',
            },
          ]
        : [],
    );
  },
};
