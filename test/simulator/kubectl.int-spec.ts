import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { type Simulator, startSimulator } from '../../src/simulator/index.js';
import { waitUntil } from '../support/wait-until.js';
import { Kubectl } from './kubectl.js';
import { deployment, SHOP } from './manifests.js';

describe('kubectl against the simulator', () => {
  let simulator: Simulator;
  let kubectl: Kubectl;

  beforeAll(async () => {
    simulator = await startSimulator({ manifests: SHOP, speed: 20 });
    kubectl = await Kubectl.for(simulator.kubeconfig());
    await kubectl.run('-n shop wait --for=condition=Available deployment/web --timeout=20s');
  });

  afterAll(async () => {
    await kubectl.dispose();
    await simulator.close();
  });

  const lines = async (command: string) => (await kubectl.run(command)).trimEnd().split('\n');
  const row = async (command: string) => ((await lines(command)).at(-1) ?? '').split(/\s+/);

  describe('reads', () => {
    it('get prints the columns that people know', async () => {
      const [header = '', ...pods] = await lines('-n shop get pods -l app=web');
      expect(header.split(/\s+/)).toEqual(['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE']);
      expect(pods).toHaveLength(2);
      expect(pods[0]).toMatch(/^web-\S+ +1\/1 +Running +0 /);
    });

    it('get -o wide adds the node', async () => {
      expect((await lines('-n shop get pods -l app=web -o wide'))[1]).toMatch(/ 10\.244\.\d+\.\d+ +node-[12] /);
    });

    it('get deployment counts what is ready', async () => {
      expect((await row('-n shop get deployment web')).slice(0, 4)).toEqual(['web', '2/2', '2', '2']);
    });

    it('get -A and get all find everything', async () => {
      expect(await kubectl.run('get pods -A')).toMatch(/^shop +broken-/m);
      const all = await kubectl.run('-n shop get all');
      for (const kind of ['pod/web-', 'deployment.apps/web', 'replicaset.apps/web-']) expect(all).toContain(kind);
    });

    it('get -o json is the whole object', async () => {
      const object = await kubectl.json('-n shop get deployment web');
      expect(object).toMatchObject({ kind: 'Deployment', spec: { replicas: 2 }, status: { readyReplicas: 2 } });
    });

    it('get by short name, by field and of nothing', async () => {
      expect(await lines('-n shop get deploy,rs -o name')).toHaveLength(4);
      expect(await lines('get pods -A --field-selector metadata.namespace=shop,status.phase=Running')).toHaveLength(4);
      expect((await kubectl.try('-n shop get deployment nope')).stderr).toContain('NotFound');
    });

    it('describe shows conditions, replica sets and events', async () => {
      const text = await kubectl.run('-n shop describe deployment web');
      expect(text).toMatch(/Available +True +MinimumReplicasAvailable/);
      expect(text).toMatch(/NewReplicaSet: +web-\S+ \(2\/2 replicas created\)/);
      expect(text).toMatch(/ScalingReplicaSet/);
    });

    it('describe shows a pod in its crash loop', async () => {
      await waitUntil('a crash', async () =>
        /CrashLoopBackOff/.test(await kubectl.run('-n shop get pods -l app=broken')),
      );
      const text = await kubectl.run('-n shop describe pod -l app=broken');
      expect(text).toMatch(/Last State: +Terminated/);
      expect(text).toMatch(/Warning +BackOff/);
    });

    it('get events lists what happened', async () => {
      const text = await kubectl.run('-n shop get events');
      for (const reason of ['Scheduled', 'Started', 'SuccessfulCreate', 'ScalingReplicaSet', 'BackOff']) {
        expect(text).toContain(reason);
      }
    });

    it('logs of a deployment, of the crash before, and only the tail', async () => {
      expect(await kubectl.run('-n shop logs deployment/web')).toContain('listening on :8080');
      expect(await kubectl.run('-n shop logs deployment/broken --previous')).toContain('exiting with code 1');
      expect(await lines('-n shop logs deployment/web --tail=1')).toHaveLength(1);
      expect((await kubectl.try('-n shop logs deployment/web --previous')).stderr).toContain('previous terminated');
    });

    it('logs -f goes on', async () => {
      const text = await kubectl.follow('-n shop logs -f deployment/web', (output) =>
        /healthz[\s\S]*healthz/.test(output),
      );
      expect(text).toContain('GET /healthz');
    });

    it('get -w shows changes as they happen', async () => {
      const watching = kubectl.follow('-n shop get configmap -w', (output) => output.includes('watched'));
      await waitUntil('the watch is open', () =>
        simulator.requests.list().some((r) => r.verb === 'watch' && r.path.endsWith('/configmaps')),
      );
      await kubectl.run('-n shop create configmap watched --from-literal=a=1');
      expect(await watching).toMatch(/^watched +1 /m);
    });

    it('version and api-resources', async () => {
      expect(await kubectl.run('version')).toContain('v1.35');
      expect(await kubectl.run('api-resources')).toMatch(/^deployments +deploy +apps\/v1 +true +Deployment/m);
    });
  });

  describe('writes', () => {
    it('scale, and scale with a precondition that does not hold', async () => {
      await kubectl.run('-n shop scale deployment/web --replicas=3');
      await kubectl.run('-n shop rollout status deployment/web --timeout=20s');
      expect((await row('-n shop get deployment web'))[1]).toBe('3/3');
      const refused = await kubectl.try('-n shop scale deployment/web --current-replicas=9 --replicas=1');
      expect(refused).toMatchObject({ code: 1 });
    });

    it('rollout restart heals the crash loop, and rollout status waits for it', async () => {
      expect(await kubectl.run('-n shop rollout restart deployment/broken')).toContain('restarted');
      expect(await kubectl.run('-n shop rollout status deployment/broken --timeout=20s')).toContain(
        'successfully rolled out',
      );
      expect((await row('-n shop get deployment broken'))[1]).toBe('1/1');
    });

    it('rollout history and undo', async () => {
      await kubectl.run('-n shop set image deployment/web app=web:2');
      await kubectl.run('-n shop rollout status deployment/web --timeout=20s');
      expect(await lines('-n shop rollout history deployment/web')).toHaveLength(4);
      await kubectl.run('-n shop rollout undo deployment/web');
      await kubectl.run('-n shop rollout status deployment/web --timeout=20s');
      const image = await kubectl.run(
        '-n shop get deployment web -o jsonpath={.spec.template.spec.containers[0].image}',
      );
      expect(image).toBe('web:1');
      expect(await kubectl.run('-n shop rollout history deployment/web')).toMatch(/^2 [\s\S]*^3 /m);
    });

    it('annotate and label, and the selector sees the label', async () => {
      await kubectl.run('-n shop annotate deployment/web note=hello');
      await kubectl.run('-n shop label deployment/web tier=front');
      expect(await kubectl.run('-n shop get deployment -l tier=front -o name')).toBe('deployment.apps/web\n');
      await kubectl.run('-n shop label deployment/web tier-');
      expect(await kubectl.run('-n shop get deployment -l tier=front -o name')).toBe('');
    });

    it('delete pod waits until it is gone, and another takes its place', async () => {
      const [pod = ''] = await lines('-n shop get pods -l app=broken -o name');
      await kubectl.run(`-n shop delete ${pod} --timeout=20s`);
      expect((await kubectl.try(`-n shop get ${pod}`)).stderr).toContain('NotFound');
      await kubectl.run('-n shop wait --for=condition=Ready pod -l app=broken --timeout=20s');
    });

    it('create, wait for and delete a deployment, and its pods go too', async () => {
      await kubectl.run('-n shop create deployment made --image=made:1');
      await kubectl.run('-n shop wait --for=condition=Available deployment/made --timeout=20s');
      await kubectl.run('-n shop delete deployment made --timeout=20s');
      await waitUntil('no pod', async () => (await kubectl.run('-n shop get pods -l app=made -o name')) === '');
    });

    it('create job, and wait until it is complete', async () => {
      await kubectl.run('-n shop create job hello --image=busybox');
      await kubectl.run('-n shop wait --for=condition=complete job/hello --timeout=20s');
      expect(await kubectl.run('-n shop logs job/hello')).toContain('done');
    });

    it('apply creates, changes and finds nothing to change', async () => {
      expect(await kubectl.run('apply -f -', deployment('applied'))).toContain('created');
      const changed = deployment('applied', { image: 'applied:2' });
      expect(await kubectl.run('apply -f -', changed)).toContain('configured');
      expect(await kubectl.run('apply -f -', changed)).toContain('unchanged');
    });

    it('apply --server-side knows whose field it is', async () => {
      const command = 'apply --server-side --field-manager=first -f -';
      await kubectl.run(command, deployment('owned', { replicas: 1 }));
      await kubectl.run('-n shop scale deployment/owned --replicas=2');
      const refused = await kubectl.try(command, deployment('owned', { replicas: 1 }));
      expect(refused.stderr).toContain('.spec.replicas');
      await kubectl.run(`${command} --force-conflicts`, deployment('owned', { replicas: 1 }));
      expect(await kubectl.run('-n shop get deployment owned -o jsonpath={.spec.replicas}')).toBe('1');
    });

    it('--dry-run=server answers as if, and stores nothing', async () => {
      const before = JSON.stringify(simulator.objects.get('apps/v1', 'Deployment', 'shop', 'web'));
      const answer = await kubectl.run(
        '-n shop annotate deployment/web tried=yes --dry-run=server -o jsonpath={.metadata.annotations.tried}',
      );
      expect(answer).toBe('yes');
      await kubectl.run('apply --dry-run=server -f -', deployment('never'));
      expect((await kubectl.try('-n shop get deployment never')).code).toBe(1);
      expect(JSON.stringify(simulator.objects.get('apps/v1', 'Deployment', 'shop', 'web'))).toBe(before);
    });

    it('namespaces are made and go with all that is in them', async () => {
      await kubectl.run('create namespace temporary');
      await kubectl.run('-n temporary create configmap inside --from-literal=a=1');
      await kubectl.run('delete namespace temporary --timeout=20s');
      expect((await kubectl.try('-n temporary get configmap inside')).code).toBe(1);
    });

    it('cordon keeps new pods away', async () => {
      await kubectl.run('cordon node-2');
      expect(await kubectl.run('get node node-2')).toContain('SchedulingDisabled');
      await kubectl.run('uncordon node-2');
    });
  });

  it('auth can-i says what a denied request would meet', async () => {
    expect(await kubectl.run('auth can-i patch deployments -n shop')).toBe('yes\n');
    const allow = simulator.faults.deny({ verb: 'patch', group: 'apps', resource: 'deployments', namespace: 'shop' });
    expect((await kubectl.try('auth can-i patch deployments -n shop')).stdout).toContain('no');
    expect((await kubectl.try('-n shop rollout restart deployment/web')).stderr).toContain('is forbidden');
    allow();
  });
});
