import type { JsonObject } from '../../src/runtime/adapters/kubernetes/json.js';
import { startSimulator } from '../../src/simulator/index.js';
import type { ClusterSubject } from './cluster.subject.js';
import { describeKubernetesActions } from './kubernetes.contract.js';

async function openSimulator(): Promise<ClusterSubject> {
  const simulator = await startSimulator({ speed: 20 });
  return {
    kubeconfig: simulator.kubeconfig(),
    requests: () => simulator.requests.list(),
    disturb: (match, fault, times) => void simulator.faults.request(match, fault, times),
    deny: (match) => void simulator.faults.deny(match),
    crash: (namespace, name) =>
      void simulator.faults.workload({ kind: 'Deployment', namespace, name }, { type: 'crash-loop', exitCode: 3 }),
    calm: () => simulator.faults.clear(),
    close: () => simulator.close(),
    async send(method, path, body) {
      const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
      const init = { method, headers: { 'content-type': type }, ...(body && { body: JSON.stringify(body) }) };
      const response = await fetch(simulator.url + path, init);
      const answer = (await response.json()) as JsonObject;
      if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
      return answer;
    },
  };
}

describeKubernetesActions('the simulator', openSimulator);
