import { afterEach, describe, expect, it } from '@jest/globals';

import { Atom, type RunView } from './atom.js';
import { deployments } from './packages.js';

/** The rollout takes long enough for somebody to change his mind. */
const SLOW_MS = 20_000;

/** Restarts, waits until the rollout is done, and then would mark the deployment. */
const PACKAGE = `
apiVersion: atom.dev/v1
kind: WorkflowPackage
metadata: {name: careful, version: 1.0.0}
spec:
  permissions:
    - {apiGroups: [apps], resources: [deployments, replicasets], verbs: [get, list, watch, patch], namespaces: [shop]}
  steps:
    - name: restart
      uses: kubernetes/restart
      with: {kind: Deployment, namespace: shop, name: web-0}
      timeout: 10s
    - name: healthy
      uses: kubernetes/wait
      with: {kind: Deployment, namespace: shop, name: web-0, for: rollout}
      timeout: 60s
    - name: mark
      uses: kubernetes/annotate
      with: {kind: Deployment, apiVersion: apps/v1, namespace: shop, name: web-0, annotations: {touched: "yes"}, overwrite: true}
      timeout: 10s
`;

let atom: Atom | undefined;
afterEach(() => atom?.stop());

async function startAtom(): Promise<Atom> {
  atom = await Atom.start({ queue: 'postgres', manifests: deployments(1) });
  expect((await atom.register(PACKAGE)).status).toBe(201);
  return atom;
}

async function post(on: Atom, path: string, json: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await on.request('POST', path, { body: JSON.stringify(json), headers });
  expect([200, 201]).toContain(response.status);
}

const patches = (on: Atom): number => on.simulator.requests.list().filter(({ method }) => method === 'PATCH').length;

const WAYS: readonly (readonly [string, string, (on: Atom) => Promise<unknown>])[] = [
  [
    'whose version was revoked',
    'version-revoked',
    (on) => post(on, '/v1/workflows/careful/versions/1.0.0/revoke', { reason: 'wrong deployment' }),
  ],
  [
    'whose key was revoked',
    'key-revoked',
    async (on) => {
      await post(on, '/v1/trust/keys', { name: 'team', publicKey: on.publicKeyPem });
      await post(on, '/v1/trust/keys/team/revoke', { reason: 'stolen' });
    },
  ],
];

describe('a run', () => {
  it.each([
    ...WAYS,
    [
      'whose stored bytes were changed',
      'digest-mismatch',
      (on: Atom) => on.sql('UPDATE package SET bytes = set_byte(bytes, 60, 66)'),
    ],
    ['whose signature was taken away', 'signature-missing', (on: Atom) => on.sql('DELETE FROM package_signature')],
  ] as const)('%s after it was accepted is refused by the worker: %s', async (_what, code, change) => {
    const on = await startAtom();
    const { id } = await on.submit('careful');
    await change(on);
    await on.startWorker();
    expectRefused(await on.ended(id), code);
    expect(await on.sql(`SELECT DISTINCT state, attempt FROM run_step WHERE run_id = $1`, [id])).toEqual([
      { state: 'skipped', attempt: 0 },
    ]);
    expect(patches(on)).toBe(0);
  });

  it.each(WAYS)('%s while it runs stops before its next step: %s', async (_what, code, change) => {
    const on = await startAtom();
    const heal = on.simulator.faults.workload(
      { kind: 'Deployment', namespace: 'shop', name: 'web-0' },
      { type: 'slow-rollout', readyAfterMs: SLOW_MS },
    );
    await on.startWorker();
    const { id } = await on.submit('careful');
    await on.stepReaches(id, 'healthy', 'running');
    await change(on);
    heal();
    expectRefused(await on.ended(id), code);
    const steps = await on.sql<{ name: string; state: string }>('SELECT name, state FROM run_step ORDER BY index');
    expect(steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'restart succeeded',
      'healthy succeeded',
      'mark skipped',
    ]);
    expect(patches(on)).toBe(1);
  });
});

function expectRefused(run: RunView, code: string): void {
  expect(run).toMatchObject({
    state: 'failed',
    reason: { code: 'PACKAGE_REFUSED', message: expect.stringContaining(code) },
  });
}
