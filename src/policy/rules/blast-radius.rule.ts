import { changesCluster } from './changes-cluster.js';
import type { Rule } from './rule.js';

/**
 * A package that could touch more objects than its own `safety.maxObjects`. Every changing action of the catalogue changes
 * one named object, so the number of such steps is the most that a run can touch.
 */
export const BLAST_RADIUS_RULE: Rule = {
  id: 'ATOM-FLOW-002',
  severity: 'critical',
  inspect: ({ spec: { steps, safety } }) => {
    const changes = steps.filter(changesCluster).length;
    if (safety.maxObjects === undefined || changes <= safety.maxObjects) return [];
    return [
      {
        message: `The steps may change ${changes} objects; safety.maxObjects allows ${safety.maxObjects}.`,
        pointer: '#/spec/safety/maxObjects',
        blast: 'namespace',
        reversibility: 'reversible',
      },
    ];
  },
};
