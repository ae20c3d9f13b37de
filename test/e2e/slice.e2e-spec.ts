import { readFile } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { generateKeyPair, openPrivateKey } from '../../src/wpk/index.js';
import { queueBackends } from '../support/redis.js';
import { Atom, type RunView } from './atom.js';
import { deployments } from './packages.js';
import { readEvents } from './sse.js';

const STARTER = 'playbooks/restart-unhealthy.wpk.yaml';
const web = (n: number) => ({ namespace: 'shop', deployment: `web-${n}` });

interface StepView {
  readonly name: string;
  readonly state: string;
  readonly attempt: number;
  readonly outputs: Readonly<Record<string, unknown>> | null;
  readonly error: { readonly code: string; readonly details?: Readonly<Record<string, unknown>> } | null;
}

describe.each(queueBackends())('one signed runbook, end to end, with the %s queue', (queue) => {
  let atom: Atom;
  let starter: string;

  const steps = async (run: RunView): Promise<readonly StepView[]> => {
    const response = await atom.request('GET', `/v1/runs/${run.id}/steps`);
    return ((await response.json()) as { items: StepView[] }).items;
  };

  beforeAll(async () => {
    starter = await readFile(STARTER, 'utf8');
    atom = await Atom.start({ queue, manifests: deployments(3) });
    await atom.startWorker();
  });
  afterAll(() => atom.stop());

  it('registers the starter playbook once, and answers the same upload with what is there', async () => {
    const first = await atom.register(starter);
    expect(first.status).toBe(201);
    const version = (await first.json()) as Record<string, unknown>;
    expect(version).toMatchObject({ name: 'restart-unhealthy', version: '1.0.0', decision: { outcome: 'allow' } });
    expect((await atom.register(starter)).status).toBe(200);
    expect((await atom.register(`${starter}\n# another byte\n`)).status).toBe(409);
  });

  it('refuses a package that a stranger signed, and one that nobody signed', async () => {
    const stranger = openPrivateKey(generateKeyPair('').privateKeyFile, '');
    const yaml = starter.replace('version: 1.0.0', 'version: 6.6.6');
    const refused = await atom.register(yaml, stranger);
    expect([403, 422]).toContain(refused.status);
    const form = new FormData();
    form.set('package', new Blob([yaml]), 'package.wpk.yaml');
    const unsigned = await atom.request('POST', '/v1/workflows', { body: form });
    expect(await unsigned.json()).toMatchObject({ status: 422, code: 'signature-missing' });
  });

  it('runs it: four steps succeed, the deployment is restarted, and the outputs say when', async () => {
    const run = await atom.ended((await atom.submit('restart-unhealthy', { ...web(0), stableFor: '1s' })).id);
    expect(run).toMatchObject({ state: 'succeeded', reason: null, attempt: 1 });
    expect((await steps(run)).map((step) => step.state)).toEqual(['succeeded', 'succeeded', 'succeeded', 'succeeded']);
    const deployment = atom.simulator.objects.get('apps/v1', 'Deployment', 'shop', 'web-0');
    expect(JSON.stringify(deployment)).toContain('kubectl.kubernetes.io/restartedAt');
    expect(Object.values(run.outputs ?? {})).toContainEqual(expect.stringMatching(/^\d{4}-\d\d-\d\dT/));
  });

  it('fails with what was collected when the deployment never becomes healthy', async () => {
    atom.simulator.faults.workload({ kind: 'Deployment', namespace: 'shop', name: 'web-1' }, { type: 'crash-loop' });
    const yaml = starter
      .replace('version: 1.0.0', 'version: 1.0.1')
      .replace(/(name: healthy[\s\S]*?timeout: )\S+/, '$12s');
    expect((await atom.register(yaml)).status).toBe(201);
    const run = await atom.ended((await atom.submit('restart-unhealthy', web(1))).id, 60_000);
    expect(run).toMatchObject({ state: 'failed', reason: { code: 'STEP_FAILED' } });
    const all = await steps(run);
    expect(all.at(-1)).toMatchObject({ name: 'healthy', state: 'failed', error: { details: expect.anything() } });
    expect(all[0]?.outputs).toMatchObject({ text: expect.any(String) });
  });

  it('shows what would change in a dry-run, and changes nothing', async () => {
    const before = JSON.stringify(atom.simulator.objects.get('apps/v1', 'Deployment', 'shop', 'web-2'));
    const response = await atom.request('POST', '/v1/workflows/restart-unhealthy/versions/1.0.0/dry-run', {
      body: JSON.stringify({ inputs: web(2) }),
      headers: { 'content-type': 'application/json', 'idempotency-key': `dry-${queue}` },
    });
    expect(response.status).toBe(202);
    const run = await atom.ended(((await response.json()) as RunView).id);
    expect(run).toMatchObject({ state: 'succeeded', dryRun: true });
    const restart = (await steps(run)).find((step) => step.name === 'restart');
    expect(restart?.outputs).toMatchObject({
      plan: { changes: [{ operation: 'update', object: { kind: 'Deployment', name: 'web-2' } }] },
    });
    expect(JSON.stringify(atom.simulator.objects.get('apps/v1', 'Deployment', 'shop', 'web-2'))).toBe(before);
  });

  it('streams everything that happened, in order, and goes on after the last event that a client has seen', async () => {
    const { id } = await atom.submit('restart-unhealthy', { ...web(2), stableFor: '1s' });
    const events = await readEvents(await atom.request('GET', `/v1/runs/${id}/events`));
    expect(events.at(0)).toMatchObject({ event: 'run', data: { state: 'queued' } });
    expect(events.at(-1)).toEqual({ event: 'end', data: { state: 'succeeded' } });
    const ids = events.flatMap((event) => (event.id === undefined ? [] : [Number(event.id)]));
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    const middle = ids[Math.floor(ids.length / 2)];
    const rest = await readEvents(
      await atom.request('GET', `/v1/runs/${id}/events`, { headers: { 'last-event-id': String(middle) } }),
    );
    expect(rest).toEqual(events.slice(events.findIndex((event) => event.id === String(middle)) + 1));
    const logs = await readEvents(await atom.request('GET', `/v1/runs/${id}/logs`));
    expect(logs.slice(0, -1).every((event) => event.event === 'log')).toBe(true);
    expect(logs.length).toBeGreaterThan(1);
  });

  it('starts one run for one Idempotency-Key, however often it is asked', async () => {
    const key = `once-${queue}`;
    const ask = (inputs: object) =>
      atom.request('POST', '/v1/runs', {
        body: JSON.stringify({ workflow: 'restart-unhealthy', inputs }),
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
      });
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(web(2))));
    const ids = await Promise.all(answers.map(async (answer) => ((await answer.json()) as RunView).id));
    expect(new Set(ids).size).toBe(1);
    expect(answers.filter((answer) => answer.status === 202)).toHaveLength(1);
    expect(await (await ask(web(0))).json()).toMatchObject({ status: 422, code: 'idempotency-key-reused' });
  });

  it('cancels a run that is under way before its next step', async () => {
    atom.simulator.faults.workload(
      { kind: 'Deployment', namespace: 'shop', name: 'web-2' },
      { type: 'slow-rollout', readyAfterMs: 20_000 },
    );
    const { id } = await atom.submit('restart-unhealthy', web(2));
    await atom.stepReaches(id, 'healthy', 'running');
    expect((await atom.request('POST', `/v1/runs/${id}/cancel`)).status).toBe(202);
    expect(await atom.ended(id, 5000)).toMatchObject({ state: 'cancelled', reason: { code: 'CANCELLED' } });
  });

  it.each([
    ['an unknown input', { ...web(0), nonsense: true }, 'inputs-invalid'],
    ['a missing input', { namespace: 'shop' }, 'inputs-invalid'],
    ['an input of the wrong type', { ...web(0), logLines: 'many' }, 'inputs-invalid'],
  ])('refuses %s, with the place', async (_what, inputs, code) => {
    const response = await atom.request('POST', '/v1/runs', {
      body: JSON.stringify({ workflow: 'restart-unhealthy', inputs }),
      headers: { 'content-type': 'application/json', 'idempotency-key': 'refused' },
    });
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({
      status: 422,
      code,
      errors: [{ pointer: expect.stringContaining('#/inputs') }],
    });
  });

  it('answers nobody without a token, and 404 for a workflow that is not there', async () => {
    const anonymous = await fetch(`${atom.url}/v1/runs`);
    expect(anonymous.status).toBe(401);
    expect(anonymous.headers.get('www-authenticate')).toContain('Bearer');
    expect((await atom.request('GET', '/v1/workflows/nothing')).status).toBe(404);
  });
});
