import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { atomctl, type Ended } from '../cli/atomctl.process.js';
import { Atom, TOKEN } from './atom.js';
import { deployments, RESTART } from './packages.js';

let atom: Atom;
beforeAll(async () => {
  atom = await Atom.start({ queue: 'postgres', manifests: deployments(1) });
  expect((await atom.register(RESTART)).status).toBe(201);
  await atom.startWorker();
});
afterAll(() => atom.stop());

const dryRun = (...args: string[]): Promise<Ended> =>
  atomctl(['dry-run', 'restart', '-i', 'deployment=web-0', ...args], {
    env: { ATOM_URL: atom.url, ATOM_TOKEN: TOKEN },
  });

const writes = (): unknown[] =>
  atom.simulator.requests
    .list()
    .filter(({ method, path, dryRun }) => method !== 'GET' && !dryRun && !path.includes('selfsubjectaccessreviews'));

describe('a dry-run from the command line to the cluster', () => {
  it('shows what a run would change, and changes nothing', async () => {
    const { code, stdout } = await dryRun();
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('  ~ Deployment shop/web-0\n') });
    expect(stdout).toContain('metadata.annotations');
    expect(writes()).toEqual([]);
  });

  it('ends with 1 when the worker lacks a permission, and names it', async () => {
    const allow = atom.simulator.faults.deny({ verb: 'patch', resource: 'deployments' });
    try {
      const { code, stdout } = await dryRun();
      expect(code).toBe(1);
      expect(stdout).toContain('permission missing: patch deployments.apps in namespace shop');
    } finally {
      allow();
    }
    expect(writes()).toEqual([]);
  });

  it('is refused without a run when the inputs do not fit', async () => {
    const { code, stdout, stderr } = await dryRun('-i', 'unknown=1');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('inputs-invalid');
  });
});
