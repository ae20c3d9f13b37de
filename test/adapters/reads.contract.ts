import { describe, expect, it } from '@jest/globals';

import type { ActionsHarness } from './actions.harness.js';

type Outputs = Readonly<Record<string, unknown>>;

export function describeReads(on: () => ActionsHarness): void {
  const outputsOf = async (verb: string, input: Outputs): Promise<Outputs> => (await on().execute(verb, input)).outputs;

  describe('get', () => {
    it('hands on the object without the bookkeeping of field owners', async () => {
      await on().deploy();
      const { object } = await outputsOf('get', on().web());
      expect(object).toMatchObject({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } });
      expect(object).not.toHaveProperty('metadata.managedFields');
    });

    it('never hands on what a Secret holds', async () => {
      const { namespace } = on();
      await on().create('secrets', { metadata: { name: 'pager' }, stringData: { token: 'open-sesame' } });
      const got = await outputsOf('get', { kind: 'Secret', namespace, name: 'pager' });
      const listed = await outputsOf('list', { kind: 'Secret', namespace });
      expect(got).toMatchObject({ object: { data: { token: expect.anything() } } });
      expect(listed).toMatchObject({ count: 1, items: [{ kind: 'Secret', data: { token: expect.anything() } }] });
      expect(JSON.stringify([got, listed])).not.toContain(Buffer.from('open-sesame').toString('base64'));
    });

    it.each([
      ['an object that does not exist', { kind: 'Deployment', namespace: 'default', name: 'web' }, 'STEP.NOT_FOUND'],
      ['an unknown kind', { kind: 'Gadget', namespace: 'default', name: 'web' }, 'STEP.REJECTED'],
      ['an unknown API group', { apiVersion: 'example.com/v1', kind: 'Gadget', name: 'web' }, 'STEP.REJECTED'],
      ['a kind of another API version', { apiVersion: 'v1', kind: 'Deployment', name: 'web' }, 'STEP.REJECTED'],
      ['a namespace too many', { kind: 'Namespace', namespace: 'default', name: 'default' }, 'STEP.REJECTED'],
      ['a namespace too few', { kind: 'Deployment', name: 'web' }, 'STEP.REJECTED'],
    ])('refuses %s', async (_what, input, code) => {
      await expect(on().execute('get', input)).rejects.toMatchObject({ code, transient: false });
    });

    it('refuses an object that is too large to hand on', async () => {
      const { namespace } = on();
      await on().create('configmaps', { metadata: { name: 'big' }, data: { text: 'x'.repeat(300_000) } });
      const reading = on().execute('get', { kind: 'ConfigMap', namespace, name: 'big' });
      await expect(reading).rejects.toMatchObject({ code: 'STEP.REJECTED' });
    });
  });

  describe('list', () => {
    it('finds by label and by field, and stops at the limit', async () => {
      await on().deployed({ replicas: 3 });
      const pods = { kind: 'Pod', namespace: on().namespace };
      expect(await outputsOf('list', { ...pods, labelSelector: 'app=web' })).toMatchObject({ count: 3 });
      expect(await outputsOf('list', { ...pods, labelSelector: 'app!=web' })).toMatchObject({ count: 0, items: [] });
      expect(await outputsOf('list', { ...pods, fieldSelector: 'status.phase=Running' })).toMatchObject({ count: 3 });
      expect(await outputsOf('list', { ...pods, limit: 2 })).toMatchObject({ count: 2, items: [{ kind: 'Pod' }, {}] });
    });

    it('refuses a list that is too large to hand on, and says how to narrow it', async () => {
      const { namespace } = on();
      const data = { text: 'x'.repeat(150_000) };
      for (const name of ['one', 'two']) await on().create('configmaps', { metadata: { name }, data });
      const listing = on().execute('list', { kind: 'ConfigMap', namespace });
      await expect(listing).rejects.toMatchObject({ code: 'STEP.REJECTED', message: expect.stringContaining('limit') });
    });
  });

  describe('logs', () => {
    it('collects the lines of every pod of a workload, of a selector and of one pod', async () => {
      await on().deployed();
      const { namespace } = on();
      const ofWorkload = await outputsOf('logs', on().web());
      const ofSelector = await outputsOf('logs', { namespace, selector: 'app=web' });
      const [pod] = ofWorkload['pods'] as string[];
      const ofPod = await outputsOf('logs', { namespace, pod });
      expect(ofWorkload['pods']).toHaveLength(2);
      expect(ofSelector['pods']).toEqual(expect.arrayContaining(ofWorkload['pods'] as string[]));
      expect(ofPod).toMatchObject({
        pods: [pod],
        truncated: false,
        text: expect.stringContaining(`==> ${pod}/web <==`),
      });
      expect(ofPod['lines']).toBeGreaterThan(0);
      expect(on().lines.filter((line) => line.startsWith(`${pod}/web`))).not.toHaveLength(0);
    });

    it('gives only the last lines, with times when asked', async () => {
      await on().deployed({ replicas: 1 });
      const { lines, text } = await outputsOf('logs', on().web({ tailLines: 1, timestamps: true }));
      expect(lines).toBe(1);
      expect(text).toMatch(/\n\d{4}-\d\d-\d\dT[\d:.]+Z /);
    });

    it('adds what was written before the last restart, where there was one', async () => {
      await on().deployed({ replicas: 1 });
      const calm = await outputsOf('logs', on().web({ previous: true }));
      await on().crashing();
      const { text } = await outputsOf('logs', on().web({ previous: true }));
      expect(calm['text']).not.toContain('before its last restart');
      expect(text).toContain('before its last restart');
      expect(text).toContain('exiting with code 3');
    });

    it('keeps the end of what is too long', async () => {
      const long = Array.from({ length: 4000 }, (_, index) => `line ${index} ${'x'.repeat(100)}`);
      await on().deployed({ replicas: 1 }, { 'simulator.atom.dev/logs': [...long, 'the end'].join('\n') });
      const { text, truncated } = await outputsOf('logs', on().web({ tailLines: 5000 }));
      expect(truncated).toBe(true);
      expect(Buffer.byteLength(text as string)).toBeLessThanOrEqual(256 * 1024);
      expect(text).toContain('the end');
      expect(text).not.toContain('line 0 ');
    });

    it('has nothing to give when there are no pods', async () => {
      await on().deployed({ replicas: 0 });
      expect(await outputsOf('logs', on().web())).toEqual({ text: '', pods: [], lines: 0, truncated: false });
    });

    it('refuses a container that no pod has, and a kind that has no pods', async () => {
      await on().deployed();
      const { namespace } = on();
      await on().create('configmaps', { metadata: { name: 'settings' } });
      const unknown = on().execute('logs', on().web({ container: 'other' }));
      await expect(unknown).rejects.toMatchObject({ code: 'STEP.REJECTED' });
      const podless = on().execute('logs', { kind: 'ConfigMap', namespace, name: 'settings' });
      await expect(podless).rejects.toMatchObject({ code: 'STEP.REJECTED' });
    });
  });

  describe('events', () => {
    it('collects those about a workload and what belongs to it, and about nothing else', async () => {
      await on().deployed();
      await on().create('pods', { metadata: { name: 'other' }, spec: { containers: [{ name: 'a', image: 'b' }] } });
      const { items, text } = await outputsOf('events', on().web());
      const objects = (items as { object: string }[]).map(({ object }) => object.split('/')[0]);
      expect(new Set(objects)).toEqual(new Set(['Deployment', 'ReplicaSet', 'Pod']));
      expect(text).toContain('ScalingReplicaSet');
      expect(text).not.toContain('Pod/other');
    });

    it('picks by type', async () => {
      await on().deployed();
      await on().crashing();
      const { items } = await outputsOf('events', { namespace: on().namespace, types: ['Warning'] });
      const types = new Set((items as { type: string }[]).map(({ type }) => type));
      expect(types).toEqual(new Set(['Warning']));
    });
  });

  it.each([
    ['get', {}, ['get deployments']],
    ['logs', {}, ['get deployments', 'list pods', 'get pods/log']],
    ['events', {}, ['list events', 'get deployments']],
    ['wait', { for: 'rollout' }, ['list deployments', 'watch deployments']],
  ])('plans %s by asking only for permissions', async (verb, more, needs) => {
    await on().deployed();
    on().cluster.deny({ verb: 'get', resource: 'deployments' });
    const seen = await on().during(async () => {
      const plan = await on().plan(verb, on().web(more));
      expect(plan.changes).toEqual([]);
      expect(plan.permissions.map(({ verb: asked, resource }) => `${asked} ${resource}`)).toEqual(needs);
      const denied = plan.permissions.filter(({ allowed }) => !allowed);
      expect(denied.map(({ resource }) => resource)).toEqual(needs.includes('get deployments') ? ['deployments'] : []);
    });
    const writes = seen.filter(({ method, path }) => method !== 'GET' && !path.endsWith('selfsubjectaccessreviews'));
    expect(writes).toEqual([]);
  });
}
