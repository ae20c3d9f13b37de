import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppsV1Api, CoreV1Api, KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';

import { type Simulator, startSimulator } from '../../src/simulator/index.js';
import { SHOP } from './manifests.js';

describe('@kubernetes/client-node against the simulator', () => {
  let simulator: Simulator;
  const config = new KubeConfig();
  const web = { namespace: 'shop', name: 'web' };

  beforeAll(async () => {
    simulator = await startSimulator({ manifests: SHOP, speed: 20 });
    config.loadFromString(simulator.kubeconfig());
  });

  afterAll(() => simulator.close());

  it('reads typed objects', async () => {
    const deployment = await config.makeApiClient(AppsV1Api).readNamespacedDeployment(web);
    expect(deployment.spec?.replicas).toBe(2);
    expect(deployment.metadata?.creationTimestamp).toBeInstanceOf(Date);
  });

  it('patches with the header that says how', async () => {
    const apps = config.makeApiClient(AppsV1Api);
    const body = { spec: { replicas: 3 } };
    const options = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
    const scale = await apps.patchNamespacedDeploymentScale({ ...web, body }, options);
    expect(scale.spec?.replicas).toBe(3);
  });

  it('gives refusals as exceptions with their code', async () => {
    const reading = config.makeApiClient(CoreV1Api).readNamespacedPod({ namespace: 'shop', name: 'nope' });
    await expect(reading).rejects.toMatchObject({ code: 404 });
  });
});
