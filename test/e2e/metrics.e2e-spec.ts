import { spawnSync } from 'node:child_process';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { freePort } from '../../src/platform/embedded/embedded-postgres.js';
import { Atom } from './atom.js';
import { deployments, LOOK } from './packages.js';

/** The names that users were promised, where they are found, and their type. */
const PROMISED = [
  ['api', 'workflow_registrations_total', 'counter'],
  ['api', 'workflow_validations_total', 'counter'],
  ['api', 'workflow_signatures_verified_total', 'counter'],
  ['api', 'dry_run_requests_total', 'counter'],
  ['api', 'policy_violations_total', 'counter'],
  ['worker', 'workflow_runs_total', 'counter'],
  ['worker', 'workflow_success_total', 'counter'],
  ['worker', 'workflow_failure_total', 'counter'],
  ['worker', 'workflow_duration_seconds', 'histogram'],
  ['worker', 'active_workflows', 'gauge'],
] as const;

/** A gauge is back where it was when all is over. */
const MOVING = PROMISED.filter((metric) => metric[2] !== 'gauge').map(([process, name]) => [process, name] as const);

/** Acts in kube-system: policy has something to say, and the object is not there. */
const FAILING = LOOK.replace('name: look, version', 'name: fails, version')
  .replaceAll('namespace: shop', 'namespace: kube-public')
  .replace('[shop]', '[kube-public]');

describe('the metrics of both processes', () => {
  let atom: Atom;
  const text = { api: '', worker: '' };

  /** Sum of all samples of a metric; a histogram's is its count. */
  const total = (process: 'api' | 'worker', name: string): number =>
    [...text[process].matchAll(new RegExp(`^${name}(?:_count)?(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].reduce(
      (sum, [, value]) => sum + Number(value),
      0,
    );

  beforeAll(async () => {
    atom = await Atom.start({ queue: 'postgres', manifests: deployments(1) });
    const workerPort = await freePort();
    const worker = await atom.startWorker({}, workerPort);
    expect(worker.pid).toBeGreaterThan(0);
    await atom.register(LOOK);
    await atom.register(FAILING);
    await atom.register(LOOK.replace('name: web-0', 'name: nothing').replace('version: 1.0.0', 'version: 2.0.0'));
    await atom.request('POST', '/v1/workflows/look/versions/1.0.0/dry-run', {
      body: '{}',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'dry' },
    });
    await atom.ended((await atom.submit('look', {}, 'good', '1.0.0')).id);
    await atom.ended((await atom.submit('look', {}, 'bad', '2.0.0')).id);
    text.api = await (await fetch(`${atom.url}/metrics`)).text();
    text.worker = await (await fetch(`http://127.0.0.1:${workerPort}/metrics`)).text();
  });
  afterAll(() => atom.stop());

  it.each(PROMISED)('%s has %s as a %s with a help text', (process, name, type) => {
    expect(text[process]).toMatch(new RegExp(`^# HELP ${name} \\S`, 'm'));
    expect(text[process]).toMatch(new RegExp(`^# TYPE ${name} ${type}$`, 'm'));
  });

  it.each(MOVING)('%s moves %s when the slice runs', (process, name) => {
    expect(total(process, name)).toBeGreaterThan(0);
  });

  it('counts no active workflow when all have ended', () => {
    expect(total('worker', 'active_workflows')).toBe(0);
  });

  it('carries no run id in any label', () => {
    expect(text.worker + text.api).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });

  it.each(['api', 'worker'] as const)('satisfies promtool (%s)', (process) => {
    const { status, stdout, stderr, error } = spawnSync('promtool', ['check', 'metrics'], {
      input: text[process],
      encoding: 'utf8',
    });
    if (error && !globalThis.process.env['CI']) {
      console.warn('promtool is not on this machine: not checked');
      return;
    }
    expect({ error, status, said: stdout + stderr }).toEqual({ error: undefined, status: 0, said: '' });
  });
});
