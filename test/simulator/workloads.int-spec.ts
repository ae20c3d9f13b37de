import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { type KubeObject, type Simulator, startSimulator } from '../../src/simulator/index.js';
import { waitUntil } from '../support/wait-until.js';
import { ApiClient } from './api.client.js';
import { deployment } from './manifests.js';

const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'app', image: 'x:1' }] } };
const selector = { matchLabels: { app: 'x' } };
const APPS = '/apis/apps/v1/namespaces/shop';
const JOBS = '/apis/batch/v1/namespaces/shop/jobs';

describe('the controllers', () => {
  let simulator: Simulator;
  let api: ApiClient;

  beforeAll(async () => {
    simulator = await startSimulator({ manifests: deployment('web', { replicas: 2 }), speed: 40 });
    api = new ApiClient(simulator);
  });

  afterAll(() => simulator.close());

  const pods = (prefix: string) =>
    simulator.objects.list('v1', 'Pod', 'shop').filter((pod) => pod.metadata.name.startsWith(prefix));
  const status = (kind: string, name: string, apiVersion = 'apps/v1') =>
    (simulator.objects.get(apiVersion, kind, 'shop', name)?.status ?? {}) as Record<string, unknown>;
  const create = (path: string, name: string, spec: object, metadata: object = {}) =>
    api.send('POST', path, { metadata: { name, ...metadata }, spec });
  const nodeOf = (pod: KubeObject) => (pod.spec as { nodeName?: string }).nodeName;

  it('a deployment owns a replica set that owns its pods', async () => {
    await waitUntil('health', () => status('Deployment', 'web')['readyReplicas'] === 2);
    const [set] = simulator.objects.list('apps/v1', 'ReplicaSet', 'shop');
    expect(set?.metadata.ownerReferences).toMatchObject([{ kind: 'Deployment', name: 'web', controller: true }]);
    expect(set?.metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '1' });
    const hash = set?.metadata.labels?.['pod-template-hash'];
    expect(pods('web-').map((pod) => pod.metadata.labels?.['pod-template-hash'])).toEqual([hash, hash]);
  });

  it('a rolling update never has fewer pods than allowed', async () => {
    const watched: number[] = [];
    const path = `${APPS}/deployments/web`;
    const { resourceVersion } = (await api.get(path)).body.metadata;
    const isDone = (s: Record<string, unknown>) =>
      s['updatedReplicas'] === 2 && s['replicas'] === 2 && s['availableReplicas'] === 2;
    const watching = api.watch(
      `${APPS}/deployments?watch=true&fieldSelector=metadata.name%3Dweb&resourceVersion=${resourceVersion}`,
      (events) => {
        const last = events.at(-1)?.object;
        const now = last?.status as Record<string, unknown>;
        watched.push(Number(now['availableReplicas'] ?? 0));
        return now['observedGeneration'] === 2 && isDone(now);
      },
    );
    await api.patch(path, 'strategic-merge', {
      spec: { template: { spec: { containers: [{ name: 'app', image: 'web:2' }] } } },
    });
    await watching;
    expect(Math.min(...watched)).toBeGreaterThanOrEqual(2);
  });

  it('a paused deployment starts no rollout', async () => {
    const path = `${APPS}/deployments/web`;
    await api.patch(path, 'merge', { spec: { paused: true } });
    const before = simulator.objects.list('apps/v1', 'ReplicaSet', 'shop').length;
    await api.patch(path, 'strategic-merge', { spec: { template: { metadata: { annotations: { a: 'b' } } } } });
    const generation = simulator.objects.get('apps/v1', 'Deployment', 'shop', 'web')?.metadata.generation;
    await waitUntil('observed', () => status('Deployment', 'web')['observedGeneration'] === generation);
    expect(simulator.objects.list('apps/v1', 'ReplicaSet', 'shop')).toHaveLength(before);
  });

  it('a stateful set makes its pods in order and replaces them from the last', async () => {
    await create(`${APPS}/statefulsets`, 'db', { replicas: 2, serviceName: 'db', selector, template });
    await waitUntil('both ready', () => status('StatefulSet', 'db')['readyReplicas'] === 2);
    expect(pods('db-').map((pod) => pod.metadata.name)).toEqual(['db-0', 'db-1']);
    const old = pods('db-').map((pod) => pod.metadata.uid);
    await api.patch(`${APPS}/statefulsets/db`, 'merge', {
      spec: { template: { metadata: { annotations: { a: 'b' } } } },
    });
    await waitUntil('both replaced', () => {
      const { updatedReplicas, readyReplicas, currentRevision, updateRevision } = status('StatefulSet', 'db');
      const isNew = pods('db-').every((pod) => !old.includes(pod.metadata.uid));
      return isNew && updatedReplicas === 2 && readyReplicas === 2 && currentRevision === updateRevision;
    });
    await api.patch(`${APPS}/statefulsets/db/scale`, 'merge', { spec: { replicas: 1 } });
    await waitUntil('the last is gone', () => pods('db-').length === 1);
    expect(pods('db-')[0]?.metadata.name).toBe('db-0');
  });

  it('a daemon set has one pod on every node', async () => {
    await create(`${APPS}/daemonsets`, 'agent', { selector, template });
    await waitUntil('both ready', () => status('DaemonSet', 'agent')['numberReady'] === 2);
    expect(pods('agent-').map(nodeOf).sort()).toEqual(['node-1', 'node-2']);
  });

  it('a job completes, and one that fails says why', async () => {
    const spec = { backoffLimit: 0, template: { spec: { ...template.spec, restartPolicy: 'Never' } } };
    await create(JOBS, 'good', spec);
    await create(JOBS, 'bad', spec, { annotations: { 'simulator.atom.dev/fault': 'crash-loop' } });
    const conditions = (name: string) => JSON.stringify(status('Job', name, 'batch/v1')['conditions'] ?? []);
    await waitUntil('complete', () => conditions('good').includes('"Complete"'));
    await waitUntil('failed', () => conditions('bad').includes('BackoffLimitExceeded'));
  });

  it('a job that is deleted without a policy leaves its pods, as batch/v1 does', async () => {
    await api.send('DELETE', `${JOBS}/good`);
    await waitUntil('the job is gone', () => !simulator.objects.get('batch/v1', 'Job', 'shop', 'good'));
    expect(pods('good-')).toHaveLength(1);
    await api.send('DELETE', `${JOBS}/bad?propagationPolicy=Background`);
    await waitUntil('its pods are gone', () => pods('bad-').length === 0);
  });

  it('an owner that is deleted in the foreground goes last', async () => {
    await api.send('DELETE', `${APPS}/statefulsets/db`, { propagationPolicy: 'Foreground' });
    expect(simulator.objects.get('apps/v1', 'StatefulSet', 'shop', 'db')?.metadata.deletionTimestamp).toBeDefined();
    await waitUntil('all gone', () => !simulator.objects.get('apps/v1', 'StatefulSet', 'shop', 'db'));
    expect(pods('db-')).toEqual([]);
  });

  it('an eviction replaces the pod', async () => {
    const [pod] = pods('web-');
    const path = `/api/v1/namespaces/shop/pods/${pod?.metadata.name ?? ''}`;
    const { status: code } = await api.send('POST', `${path}/eviction`, { metadata: { name: pod?.metadata.name } });
    expect(code).toBe(201);
    await waitUntil('it is gone', async () => (await api.get(path)).status === 404);
    await waitUntil('another is ready', () => status('Deployment', 'web')['readyReplicas'] === 2);
  });
});
