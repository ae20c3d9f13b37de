import { describe, expect, it } from '@jest/globals';

import { waitUntil } from '../support/wait-until.js';
import type { ActionsHarness, Input } from './actions.harness.js';

const RESTARTED_AT = '/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt';

interface WriteCase {
  readonly verb: string;
  readonly input: Input;
  /** What somebody else does meanwhile to the same field. */
  readonly meddling: Input;
}

const restartAnnotation = (value: string | null): Input => ({
  spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': value } } } },
});

const CASES: readonly WriteCase[] = [
  { verb: 'restart', input: {}, meddling: restartAnnotation('2030-01-01T00:00:00Z') },
  { verb: 'scale', input: { replicas: 3 }, meddling: { spec: { replicas: 4 } } },
  { verb: 'scale', input: { replicas: 0 }, meddling: { spec: { replicas: 1 } } },
  {
    ...{
      verb: 'annotate',
      input: { annotations: { 'example.com/team': 'b', 'example.com/old': null }, overwrite: true },
    },
    meddling: { metadata: { annotations: { 'example.com/team': 'c' } } },
  },
];

export function describeWrites(on: () => ActionsHarness): void {
  const deployed = (): Promise<void> =>
    on().deployed({}, { 'example.com/team': 'a', 'example.com/old': 'x', 'example.com/other': 'y' });
  const web = (): Promise<Input> => on().read('deployments', 'web');
  const meddle = (patch: Input): Promise<unknown> => on().cluster.send('PATCH', on().path('deployments', 'web'), patch);
  /** What a step may change, without what controllers change. */
  const intent = async (): Promise<unknown> => {
    const { metadata, spec } = (await web()) as { metadata: { annotations: Input }; spec: unknown };
    const annotations = { ...metadata.annotations, 'deployment.kubernetes.io/revision': undefined };
    return { annotations, spec };
  };

  describe.each(CASES)('$verb $input', ({ verb, input, meddling }) => {
    it('plans what it will do, and changes nothing', async () => {
      await deployed();
      const before = await intent();
      const seen = await on().during(async () => {
        const { changes, permissions } = await on().plan(verb, on().web(input));
        expect(changes).toMatchObject([{ object: { kind: 'Deployment', name: 'web' }, operation: 'update' }]);
        expect(permissions.map((permission) => permission.verb)).toEqual(['get', 'patch']);
        const { before: image } = await on().execute(verb, on().web(input));
        expect(new Set(image?.fields)).toEqual(new Set(changes[0]!.fields));
        await on().undo(verb, image);
      });
      const writes = seen.filter(({ method }) => method === 'PATCH');
      expect(writes.map(({ dryRun }) => dryRun)).toEqual([true, false, false]);
      expect(await intent()).toEqual(before);
    });

    it('says which permission is missing, and tries nothing', async () => {
      await deployed();
      on().cluster.deny({ verb: 'patch', resource: 'deployments' });
      const { changes, permissions, unsimulated } = await on().plan(verb, on().web(input));
      expect(changes).toEqual([]);
      expect(unsimulated).toEqual(expect.any(String));
      expect(permissions).toContainEqual(expect.objectContaining({ verb: 'patch', group: 'apps', allowed: false }));
    });

    it('does harm neither when it is repeated nor when its answer was lost', async () => {
      await deployed();
      const before = await intent();
      on().cluster.disturb({ verb: 'patch', resource: 'deployments' }, { type: 'reset', when: 'after-write' }, 1);
      const step = { effectKey: 'run-1/step' };
      const lost = on().execute(verb, on().web(input), step);
      await expect(lost).rejects.toMatchObject({ code: 'STEP.UNAVAILABLE', transient: true });
      const changed = await intent();
      expect(changed).not.toEqual(before);

      const second = await on().execute(verb, on().web(input), step);
      const third = await on().execute(verb, on().web(input), step);
      expect(third).toEqual(second);
      expect(await intent()).toEqual(changed);

      await on().undo(verb, second.before);
      await on().undo(verb, second.before);
      expect(await intent()).toEqual(before);
    });

    it('does not undo what somebody else has changed since', async () => {
      await deployed();
      const { before } = await on().execute(verb, on().web(input));
      await meddle(meddling);
      const meddled = await intent();
      await expect(on().undo(verb, before)).rejects.toMatchObject({ code: 'STEP.CONFLICT' });
      expect(await intent()).toEqual(meddled);
    });

    it('does not undo on an object that only has the same name', async () => {
      await deployed();
      const { before } = await on().execute(verb, on().web(input));
      await on().cluster.send('DELETE', on().path('deployments', 'web'));
      await on().execute('wait', on().web({ for: 'delete' }));
      await expect(on().undo(verb, before)).rejects.toMatchObject({ code: 'STEP.NOT_FOUND' });
      await deployed();
      await expect(on().undo(verb, before)).rejects.toMatchObject({ code: 'STEP.CONFLICT' });
    });

    it('wins over a controller that writes at the same time, and names itself', async () => {
      await deployed();
      on().cluster.disturb({ verb: 'patch', resource: 'deployments' }, { type: 'status', code: 409 }, 2);
      const seen = await on().during(() => on().execute(verb, on().web(input)));
      const writes = seen.filter(({ method }) => method === 'PATCH');
      expect(writes).toHaveLength(3);
      expect(new Set(seen.map(({ userAgent }) => userAgent))).toEqual(new Set(['atom/1.2.3']));
      expect(new Set(writes.map(({ fieldManager }) => fieldManager))).toEqual(new Set(['atom']));
    });

    it('changes nothing of an object that does not exist', async () => {
      await expect(on().execute(verb, on().web(input))).rejects.toMatchObject({ code: 'STEP.NOT_FOUND' });
    });
  });

  describe('restart', () => {
    it("writes the time of the step's first attempt, as kubectl does, and rolls the pods", async () => {
      await deployed();
      const generation = ((await web())['metadata'] as { generation: number }).generation;
      const { outputs, before } = await on().execute('restart', on().web());
      expect(outputs).toEqual({ restartedAt: '2026-11-23T10:00:00Z', generation: generation + 1 });
      expect(before?.fields).toEqual([{ path: RESTARTED_AT, after: '2026-11-23T10:00:00Z' }]);
    });

    it('refuses a Deployment that is paused', async () => {
      await deployed();
      await meddle({ spec: { paused: true } });
      await expect(on().execute('restart', on().web())).rejects.toMatchObject({ code: 'STEP.REJECTED' });
      await expect(on().plan('restart', on().web())).rejects.toMatchObject({ code: 'STEP.REJECTED' });
    });
  });

  describe('scale', () => {
    it('tells the numbers before and after, and how it is when it has nothing to do', async () => {
      await deployed();
      const first = await on().execute('scale', on().web({ replicas: 3, currentReplicas: 2 }));
      const again = await on().execute('scale', on().web({ replicas: 3, currentReplicas: 2 }));
      expect(first.outputs).toEqual({ before: 2, after: 3 });
      expect(again).toEqual({ outputs: { before: 3, after: 3 } });
    });

    it('refuses when there are not as many replicas as expected', async () => {
      await deployed();
      const scaling = on().execute('scale', on().web({ replicas: 5, currentReplicas: 1 }));
      await expect(scaling).rejects.toMatchObject({ code: 'STEP.CONFLICT' });
      expect(await web()).toMatchObject({ spec: { replicas: 2 } });
    });

    it('remembers what was there at the moment of its write, whoever wrote just before', async () => {
      await deployed();
      on().cluster.disturb({ verb: 'patch', resource: 'deployments' }, { type: 'latency', ms: 300 }, 1);
      const scaling = on().execute('scale', on().web({ replicas: 3 }));
      await waitUntil('the write is on its way', () => on().cluster.requests().at(-1)?.method === 'PATCH');
      await meddle({ spec: { replicas: 4 } });
      expect((await scaling).outputs).toEqual({ before: 4, after: 3 });
    });

    it('reaches a workload that has none', async () => {
      await deployed();
      await meddle({ spec: { replicas: 0 } });
      const { outputs, before } = await on().execute('scale', on().web({ replicas: 1 }));
      expect(outputs).toEqual({ before: 0, after: 1 });
      await on().undo('scale', before);
      expect(await web()).toMatchObject({ spec: { replicas: 0 } });
    });
  });

  describe('annotate', () => {
    it('names what it changed, and leaves the rest alone', async () => {
      await deployed();
      const annotations = {
        'example.com/team': 'a',
        'example.com/old': null,
        'example.com/absent': null,
        'example.com/new': 'n',
      };
      const { outputs } = await on().execute('annotate', on().web({ annotations }));
      expect(outputs).toEqual({ changed: ['example.com/old', 'example.com/new'] });
      expect(await intent()).toMatchObject({
        annotations: { 'example.com/team': 'a', 'example.com/other': 'y', 'example.com/new': 'n' },
      });
      expect(await intent()).not.toHaveProperty(['annotations', 'example.com/old']);
    });

    it('replaces no value unless it may, and then changes none at all', async () => {
      await deployed();
      const before = await intent();
      const annotations = { 'example.com/new': 'n', 'example.com/team': 'b' };
      const annotating = on().execute('annotate', on().web({ annotations }));
      await expect(annotating).rejects.toMatchObject({ code: 'STEP.REJECTED' });
      expect(await intent()).toEqual(before);
    });

    it('works on a Secret without showing what it holds', async () => {
      const { namespace } = on();
      await on().create('secrets', { metadata: { name: 'pager' }, stringData: { token: 'open-sesame' } });
      const input = { kind: 'Secret', namespace, name: 'pager', annotations: { 'example.com/a': 'b' } };
      const plan = await on().plan('annotate', input);
      const execution = await on().execute('annotate', input);
      expect(plan.changes[0]?.fields).toEqual([{ path: '/metadata/annotations/example.com~1a', after: 'b' }]);
      expect(JSON.stringify([plan, execution])).not.toContain(Buffer.from('open-sesame').toString('base64'));
    });
  });
}
