import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { stringify } from 'yaml';

import { freePort } from '../../src/platform/embedded/embedded-postgres.js';
import { GuardedProcess } from '../../src/platform/embedded/guarded-process.js';
import { Atom } from '../e2e/atom.js';
import { deployments, LOOK, RESTART } from '../e2e/packages.js';
import { ChildProgram } from '../support/child-processes.js';
import { waitUntil } from '../support/wait-until.js';
import { objectOf, renderChart } from './chart.js';

jest.setTimeout(120_000);

const PROMISED = [
  ['workflow-registry', 'workflow_registrations_total'],
  ['workflow-registry', 'workflow_validations_total'],
  ['workflow-registry', 'workflow_signatures_verified_total'],
  ['workflow-registry', 'dry_run_requests_total'],
  ['workflow-registry', 'policy_violations_total'],
  ['runtime-agent', 'workflow_runs_total'],
  ['runtime-agent', 'workflow_success_total'],
  ['runtime-agent', 'workflow_failure_total'],
  ['runtime-agent', 'workflow_duration_seconds_count'],
  ['runtime-agent', 'active_workflows'],
] as const;

/** Works in another namespace, where there is nothing; policy has something to say about it. */
const FAILING = LOOK.replace('name: look, version', 'name: fails, version')
  .replaceAll('namespace: shop', 'namespace: kube-public')
  .replace('[shop]', '[kube-public]');

describe('Prometheus with the settings of the pod annotations', () => {
  let atom: Atom;
  let prometheus: ChildProgram;
  let folder: string;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'atom-prometheus-'));
    atom = await Atom.start({ queue: 'postgres', manifests: deployments(3) });
    const workerPort = await freePort();
    await atom.startWorker({}, workerPort);
    const targets = [
      { job: 'workflow-registry', address: new URL(atom.url).host, port: '8000' },
      { job: 'runtime-agent', address: `127.0.0.1:${workerPort}`, port: '4000' },
    ];
    const jobs = await Promise.all(targets.map(scrapeJob));
    await writeFile(
      path.join(folder, 'prometheus.yml'),
      stringify({ global: { scrape_interval: '200ms' }, scrape_configs: jobs }),
    );
    url = await startPrometheus();
  });
  afterAll(async () => {
    await prometheus.stop();
    await atom.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('finds both processes up', async () => {
    await comesTo('up{job="workflow-registry"}', 1);
    await comesTo('up{job="runtime-agent"}', 1);
  });

  it('sees all ten promised names move while runbooks run', async () => {
    const before = new Map(
      await Promise.all(PROMISED.map(async ([job, name]) => [name, await value(job, name)] as const)),
    );
    await work();
    for (const [job, name] of PROMISED.filter((metric) => metric[1] !== 'active_workflows')) {
      const seen = await waitUntil(`${name} moves`, async () => {
        const now = await value(job, name);
        return now > (before.get(name) ?? 0) && now;
      });
      expect(seen).toBeGreaterThan(0);
    }
    // A gauge: it went up with the runs, and came back.
    await waitUntil('a run was seen', async () => (await query('max_over_time(sum(active_workflows)[2m:200ms])')) > 0);
    await comesTo('sum(active_workflows)', 0);
  });

  /** Registrations, a dry-run, runs that end well, and one that fails. */
  async function work(): Promise<void> {
    for (const yaml of [LOOK, FAILING, RESTART]) await atom.register(yaml);
    await atom.register(LOOK.replace('name: web-0', 'name: nothing').replace('version: 1.0.0', 'version: 2.0.0'));
    await atom.request('POST', '/v1/workflows/look/versions/1.0.0/dry-run', {
      body: '{}',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'dry' },
    });
    const runs = [
      ...(await Promise.all([0, 1, 2].map((i) => atom.submit('restart', { deployment: `web-${i}` })))),
      await atom.submit('look', {}, 'bad', '2.0.0'),
    ];
    const states = (await Promise.all(runs.map(({ id }) => atom.ended(id)))).map(({ state }) => state);
    expect(states).toEqual(['succeeded', 'succeeded', 'succeeded', 'failed']);
  }

  async function startPrometheus(): Promise<string> {
    const address = `127.0.0.1:${await freePort()}`;
    const child = await GuardedProcess.start({
      command: 'prometheus',
      args: ['--config.file=prometheus.yml', '--storage.tsdb.path=data', `--web.listen-address=${address}`],
      env: { PATH: process.env['PATH'] },
      cwd: folder,
      stopSignal: 'TERM',
      output: 'pipe',
    });
    prometheus = new ChildProgram('prometheus', child);
    await prometheus.answers(`http://${address}/-/ready`, 60_000);
    return `http://${address}`;
  }

  /** Sum over all labels; 0 as long as there is no sample. */
  function value(job: string, name: string): Promise<number> {
    return query(`sum(${name}{job="${job}"}) or vector(0)`);
  }

  async function query(text: string): Promise<number> {
    const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(text)}`);
    const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
    return Number(data.result[0]?.value[1]);
  }

  async function comesTo(text: string, wanted: number): Promise<void> {
    await waitUntil(`${text} is ${wanted}`, async () => (await query(text)) === wanted, { timeoutMs: 30_000 });
  }
});

/** The address stands for the pod's: its port is a free one instead of the annotation's. */
async function scrapeJob(target: { job: string; address: string; port: string }): Promise<object> {
  const deployment = objectOf(await renderChart(target.job), 'Deployment');
  const annotations = deployment.spec?.template?.metadata?.annotations;
  expect(annotations).toMatchObject({ 'prometheus.io/scrape': 'true', 'prometheus.io/port': target.port });
  return {
    job_name: target.job,
    metrics_path: annotations?.['prometheus.io/path'],
    static_configs: [{ targets: [target.address] }],
  };
}
