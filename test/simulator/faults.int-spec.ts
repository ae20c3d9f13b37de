import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { type Simulator, startSimulator } from '../../src/simulator/index.js';
import { waitUntil } from '../support/wait-until.js';
import { ApiClient } from './api.client.js';
import { SHOP } from './manifests.js';

const MAPS = '/api/v1/namespaces/shop/configmaps';
const WEB = '/apis/apps/v1/namespaces/shop/deployments/web';
const web = { kind: 'Deployment', namespace: 'shop', name: 'web' };

describe('scripted faults', () => {
  let simulator: Simulator;
  let api: ApiClient;

  beforeEach(async () => {
    simulator = await startSimulator({ manifests: SHOP, speed: 40 });
    api = new ApiClient(simulator);
  });

  afterEach(() => simulator.close());

  const ready = async (path = WEB) =>
    Number(((await api.get(path)).body.status as Record<string, unknown>)['readyReplicas'] ?? 0);
  const restart = (path: string) =>
    api.patch(path, 'strategic-merge', {
      spec: { template: { metadata: { annotations: { at: String(Math.random()) } } } },
    });
  const podReasons = () => simulator.objects.list('v1', 'Pod', 'shop').map((pod) => JSON.stringify(pod.status));

  describe('of requests', () => {
    it('n times 409, then it works', async () => {
      simulator.faults.request({ verb: 'patch', resource: 'deployments' }, { type: 'status', code: 409 }, 2);
      const codes = [];
      for (let i = 0; i < 3; i++) {
        codes.push((await api.patch(WEB, 'merge', { metadata: { labels: { i: String(i) } } })).status);
      }
      expect(codes).toEqual([409, 409, 200]);
    });

    it('429 with Retry-After', async () => {
      simulator.faults.request({ name: 'web' }, { type: 'status', code: 429, retryAfterSeconds: 3 }, 1);
      const { status, headers, body } = await api.get(WEB);
      expect([status, headers.get('retry-after'), body.details?.retryAfterSeconds]).toEqual([429, '3', 3]);
      expect((await api.get(WEB)).status).toBe(200);
    });

    it('500 and 503 until it is taken back', async () => {
      const undo = simulator.faults.request({ verb: ['get', 'list'] }, { type: 'status', code: 500 });
      expect((await api.get(WEB)).body).toMatchObject({ code: 500, reason: 'InternalError' });
      undo();
      simulator.faults.request({}, { type: 'status', code: 503 }, 1);
      expect((await api.get(WEB)).body).toMatchObject({ code: 503, reason: 'ServiceUnavailable' });
    });

    it('a connection that is cut after the write has happened', async () => {
      simulator.faults.request({ verb: 'patch' }, { type: 'reset', when: 'after-write' }, 1);
      await expect(api.patch(`${WEB}/scale`, 'merge', { spec: { replicas: 4 } })).rejects.toThrow();
      expect((await api.get(`${WEB}/scale`)).body.spec).toEqual({ replicas: 4 });
    });

    it('a connection that is cut before anything has happened', async () => {
      simulator.faults.request({ verb: 'create' }, { type: 'reset', when: 'before-write' }, 1);
      await expect(api.send('POST', MAPS, { metadata: { name: 'a' } })).rejects.toThrow();
      expect((await api.get(`${MAPS}/a`)).status).toBe(404);
    });

    it('latency delays the answer and lets it through', async () => {
      simulator.faults.request({ name: 'web' }, { type: 'latency', ms: 20 }, 1);
      expect((await api.get(WEB)).status).toBe(200);
    });

    it('what is denied is 403, also in an access review', async () => {
      simulator.faults.deny({ verb: ['patch', 'update'], resource: 'deployments', namespace: 'shop' });
      expect((await restart(WEB)).body).toMatchObject({ code: 403, reason: 'Forbidden' });
      expect((await api.get(WEB)).status).toBe(200);
      const review = (verb: string) =>
        api.send('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
          spec: { resourceAttributes: { verb, group: 'apps', resource: 'deployments', namespace: 'shop' } },
        });
      expect((await review('patch')).body.status).toMatchObject({ allowed: false });
      expect((await review('get')).body.status).toMatchObject({ allowed: true });
    });
  });

  describe('of workloads', () => {
    it('a crash loop that only a new template ends', async () => {
      await waitUntil('a crash', () => podReasons().some((status) => status.includes('CrashLoopBackOff')));
      const broken = '/apis/apps/v1/namespaces/shop/deployments/broken';
      const pods = simulator.objects.list('v1', 'Pod', 'shop').filter((pod) => pod.metadata.name.startsWith('broken'));
      await api.send('DELETE', `/api/v1/namespaces/shop/pods/${pods[0]?.metadata.name ?? ''}?gracePeriodSeconds=0`);
      await waitUntil('the new pod crashes too', () =>
        podReasons().some((status) => status.includes('CrashLoopBackOff')),
      );
      await restart(broken);
      await waitUntil('health', async () => (await ready(broken)) === 1);
    });

    it('a crash loop set in code breaks pods that run, and ends when it is taken back', async () => {
      await waitUntil('health', async () => (await ready()) === 2);
      const heal = simulator.faults.workload(web, { type: 'crash-loop' });
      await waitUntil('no pod ready', async () => (await ready()) === 0);
      heal();
      await waitUntil('health', async () => (await ready()) === 2);
    });

    it('pods that are never ready stop a rollout at its deadline', async () => {
      await waitUntil('health', async () => (await ready()) === 2);
      simulator.faults.workload(web, { type: 'never-ready' });
      await api.patch(WEB, 'merge', { spec: { progressDeadlineSeconds: 1 } });
      await restart(WEB);
      const reasons = async () => JSON.stringify((await api.get(WEB)).body.status);
      await waitUntil('the deadline', async () => (await reasons()).includes('ProgressDeadlineExceeded'));
      const events = JSON.stringify(simulator.objects.list('v1', 'Event', 'shop'));
      expect(events).toContain('Unhealthy');
    });

    it('a slow rollout gets there', async () => {
      simulator.faults.workload(web, { type: 'slow-rollout', readyAfterMs: 150 });
      await restart(WEB);
      await waitUntil('health', async () => {
        const { status, metadata } = (await api.get(WEB)).body;
        return (
          JSON.stringify(status).includes(`"observedGeneration":${metadata.generation ?? 0},`) && (await ready()) === 2
        );
      });
    });

    it('an image that cannot be pulled', async () => {
      simulator.faults.workload(web, { type: 'image-pull' });
      await restart(WEB);
      await waitUntil('the reason', () => podReasons().some((status) => status.includes('ImagePullBackOff')));
    });
  });
});
