import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';

import { type JsonObject, objectAt, textAt } from '../../src/runtime/adapters/kubernetes/json.js';
import type { ActionsHarness } from './actions.harness.js';
import { templateOf } from './actions.harness.js';

const crashed = {
  pods: expect.arrayContaining([
    expect.objectContaining({
      ...{ name: expect.stringMatching(/^web-/), phase: 'Running', reason: 'CrashLoopBackOff' },
      restarts: expect.any(Number),
      message: expect.stringContaining('exited with 3'),
    }),
  ]),
  events: expect.arrayContaining([expect.objectContaining({ type: 'Warning', reason: 'BackOff' })]),
};

export function describeWaits(on: () => ActionsHarness): void {
  const wait = (what: string, more = {}, signal?: AbortSignal) =>
    on().execute('wait', on().web({ for: what, ...more }), signal && { signal });

  describe('wait for a rollout', () => {
    it('ends when every replica is updated and available', async () => {
      await on().deploy();
      await expect(wait('rollout')).resolves.toMatchObject({ outputs: { met: true, observed: expect.any(String) } });
      expect(await on().read('deployments', 'web')).toMatchObject({
        status: { updatedReplicas: 2, availableReplicas: 2 },
      });
    });

    it.each([
      ['statefulsets', 'StatefulSet', { replicas: 2, serviceName: 'db' }],
      ['daemonsets', 'DaemonSet', {}],
    ])('knows %s', async (plural, kind, spec) => {
      const labels = { app: 'db' };
      const more = { selector: { matchLabels: labels }, template: templateOf(labels) };
      await on().create(plural, { metadata: { name: 'db' }, spec: { ...spec, ...more } });
      const input = { kind, namespace: on().namespace, name: 'db', for: 'rollout' };
      await expect(on().execute('wait', input)).resolves.toMatchObject({ outputs: { met: true } });
    });

    it('sees the restart of the step before it through to its end', async () => {
      await on().deployed();
      await on().execute('restart', on().web());
      await wait('rollout');
      const { outputs } = await on().execute('list', { kind: 'Pod', namespace: on().namespace });
      // Pods that are ending no longer count.
      const pods = (outputs['items'] as JsonObject[]).filter((pod) => !textAt(pod, 'metadata', 'deletionTimestamp'));
      const annotations = pods.map((pod) => objectAt(pod, 'metadata', 'annotations'));
      const restarted = { 'kubectl.kubernetes.io/restartedAt': '2026-11-23T10:00:00Z' };
      expect(annotations).toEqual([restarted, restarted]);
    });

    it('waits on while the workload does not stay healthy', async () => {
      await on().deployed();
      const stop = new AbortController();
      const waiting = wait('rollout', { stableFor: '1s' }, stop.signal);
      const ended = waiting.catch((error: unknown) => error);
      await sleep(200);
      on().cluster.crash(on().namespace, 'web');
      await sleep(1200);
      stop.abort();
      expect(await ended).toMatchObject({ code: 'STEP.CANCELLED', details: { pods: expect.any(Array) } });
    });

    it('fails when the progress deadline is exceeded, and tells what is wrong', async () => {
      await on().deployed({ progressDeadlineSeconds: 1 });
      await on().crashing();
      await on().execute('restart', on().web());
      const waiting = wait('rollout');
      await expect(waiting).rejects.toMatchObject({ code: 'STEP.UNHEALTHY', transient: false, details: crashed });
      expect(on().lines.join('\n')).toContain('CrashLoopBackOff');
    });

    it('stops within a second when it is told to, and still tells what is wrong', async () => {
      await on().deployed();
      await on().crashing();
      const stop = new AbortController();
      const waiting = wait('rollout', {}, stop.signal).catch((error: unknown) => error);
      await sleep(300);
      stop.abort();
      const ended = await Promise.race([waiting, sleep(1000, 'still at it')]);
      expect(ended).toMatchObject({ code: 'STEP.CANCELLED', details: crashed });
    });

    it('stops in time also when the API server no longer answers', async () => {
      await on().deploy({ replicas: 1, template: templateOf({ app: 'web' }) });
      on().cluster.crash(on().namespace, 'web');
      const stop = new AbortController();
      const waiting = wait('rollout', {}, stop.signal).catch((error: unknown) => error);
      await sleep(200);
      on().cluster.disturb({}, { type: 'latency', ms: 2000 }, 100);
      stop.abort();
      const ended = await Promise.race([waiting, sleep(1000, 'still at it')]);
      expect(ended).toMatchObject({ code: 'STEP.CANCELLED' });
    });

    it('survives a refusal and a lost connection', async () => {
      await on().deploy({ replicas: 0 });
      await wait('rollout');
      on().cluster.disturb(
        { verb: 'list', resource: 'deployments' },
        { type: 'status', code: 429, retryAfterSeconds: 0 },
        1,
      );
      on().cluster.disturb({ verb: 'watch', resource: 'deployments' }, { type: 'reset', when: 'before-write' }, 1);
      on().cluster.crash(on().namespace, 'web');
      await on().cluster.send('PATCH', on().path('deployments', 'web'), { spec: { replicas: 1 } });
      const waiting = wait('rollout');
      await sleep(300);
      on().cluster.calm();
      await on().cluster.send('PATCH', on().path('deployments', 'web'), { metadata: { labels: { touched: 'yes' } } });
      await expect(waiting).resolves.toMatchObject({ outputs: { met: true } });
    });

    it.each([
      ['a workload that does not exist', { name: 'other' }, 'STEP.NOT_FOUND'],
      ['a kind without a rollout', { kind: 'Service' }, 'STEP.REJECTED'],
    ])('refuses %s', async (_what, more, code) => {
      await expect(wait('rollout', more)).rejects.toMatchObject({ code });
    });

    it('ends with an error when the workload is deleted', async () => {
      await on().deploy();
      on().cluster.crash(on().namespace, 'web');
      const waiting = wait('rollout').catch((error: unknown) => error);
      await sleep(200);
      await on().cluster.send('DELETE', on().path('deployments', 'web'));
      expect(await waiting).toMatchObject({ code: 'STEP.NOT_FOUND' });
    });
  });

  describe('wait for a condition', () => {
    it('ends when the condition has the status, which defaults to True', async () => {
      await on().deploy();
      await expect(wait('condition=available')).resolves.toMatchObject({ outputs: { met: true } });
      on().cluster.crash(on().namespace, 'web');
      await expect(wait('condition=Available=False')).resolves.toMatchObject({ outputs: { met: true } });
    });

    it('fails at once for an object that does not exist', async () => {
      await expect(wait('condition=Available')).rejects.toMatchObject({ code: 'STEP.NOT_FOUND' });
    });
  });

  describe('wait for a deletion', () => {
    it('ends when the object is gone, and at once when it never was there', async () => {
      await on().deployed();
      const waiting = wait('delete');
      await sleep(100);
      await on().cluster.send('DELETE', on().path('deployments', 'web'));
      await expect(waiting).resolves.toMatchObject({ outputs: { met: true } });
      await expect(wait('delete')).resolves.toMatchObject({ outputs: { met: true } });
    });
  });
}
