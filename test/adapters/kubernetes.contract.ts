import { afterAll, afterEach, beforeAll, beforeEach, describe } from '@jest/globals';

import { ActionsHarness } from './actions.harness.js';
import type { ClusterSubject } from './cluster.subject.js';
import { describeFaults } from './faults.contract.js';
import { describeReads } from './reads.contract.js';
import { describeWaits } from './waits.contract.js';
import { describeWrites } from './writes.contract.js';

/** What every `kubernetes/*` action promises, on whatever cluster. */
export function describeKubernetesActions(title: string, open: () => Promise<ClusterSubject>): void {
  describe(`kubernetes actions on ${title}`, () => {
    let cluster: ClusterSubject;
    let harness: ActionsHarness;

    beforeAll(async () => {
      cluster = await open();
    });
    afterAll(() => cluster.close());
    beforeEach(async () => {
      harness = await ActionsHarness.open(cluster);
    });
    afterEach(() => harness.close());

    const on = (): ActionsHarness => harness;
    describeReads(on);
    describeWaits(on);
    describeWrites(on);
    describeFaults(on);
  });
}
