import { generateKeyPairSync } from 'node:crypto';

import type { Random } from '../mutations.js';
import { type Body, jsonBody } from './draft.js';
import type { FuzzedAtom } from './fuzzed.atom.js';

export type SuppliedBodies = Readonly<Record<string, (random: Random) => Body>>;

/** Bodies that no schema can describe, by `operationId`: signed packages, keys, what has to fit something registered. */
export function suppliedBodies(atom: FuzzedAtom): SuppliedBodies {
  return {
    WorkflowsController_register: (random) => atom.upload(random),
    ExplainController_explainUpload: (random) => atom.upload(random),
    TrustKeysController_add: (random) => jsonBody({ name: `fuzz-${random.below(1e9)}`, publicKey: newPublicKey() }),
    TrustPoliciesController_put: (random) => jsonBody(atom.policy(random)),
  };
}

function newPublicKey(): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .publicKey.export({ type: 'spki', format: 'pem' })
    .toString();
}
