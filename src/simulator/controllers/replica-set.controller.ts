import type { Cluster } from '../cluster.js';
import { copy } from '../json.js';
import { PODS, REPLICA_SETS } from '../kinds.js';
import { isOwnedBy } from '../objects.js';
import { isActive, isReady, type Pod, type ReplicaSet } from '../workloads.js';
import type { Controller } from './controller.js';
import { recordEvent } from './events.js';
import { countAvailable, podFromTemplate } from './pods.js';

const COMPONENT = 'replicaset-controller';

/** Keeps `spec.replicas` pods of the template and counts them. */
export class ReplicaSetController implements Controller<ReplicaSet> {
  readonly kind = REPLICA_SETS;

  constructor(private readonly cluster: Cluster) {}

  reconcile(set: ReplicaSet, again: (ms: number) => void): void {
    const pods = this.podsOf(set);
    if (!set.metadata.deletionTimestamp) {
      const missing = set.spec.replicas - pods.length;
      for (let i = 0; i < missing; i++) this.createPod(set);
      for (const pod of surplus(pods, -missing)) this.deletePod(set, pod);
    }
    this.writeStatus(set, again);
  }

  private podsOf(set: ReplicaSet): Pod[] {
    const all = this.cluster.store.list(PODS, set.metadata.namespace);
    return all.filter((pod) => isOwnedBy(pod, set) && isActive(pod));
  }

  private createPod(set: ReplicaSet): void {
    const pod = this.cluster.writer.create(PODS, podFromTemplate(set, set.spec.template));
    const message = `Created pod: ${pod.metadata.name}`;
    recordEvent(this.cluster, set, { reason: 'SuccessfulCreate', message, component: COMPONENT });
  }

  private deletePod(set: ReplicaSet, { metadata }: Pod): void {
    this.cluster.writer.delete(PODS, metadata.namespace, metadata.name);
    const message = `Deleted pod: ${metadata.name}`;
    recordEvent(this.cluster, set, { reason: 'SuccessfulDelete', message, component: COMPONENT });
  }

  private writeStatus(set: ReplicaSet, again: (ms: number) => void): void {
    const pods = this.podsOf(set);
    const ready = pods.filter(isReady).length;
    const available = countAvailable(pods, set.spec.minReadySeconds ?? 0, this.cluster.clock.now(), again);
    const next = copy(set);
    next.status = {
      replicas: pods.length,
      ...(pods.length > 0 && { fullyLabeledReplicas: pods.length }),
      ...(ready > 0 && { readyReplicas: ready }),
      ...(available > 0 && { availableReplicas: available }),
      observedGeneration: set.metadata.generation ?? 1,
    };
    this.cluster.writer.update(REPLICA_SETS, next, { subresource: 'status', manager: 'kube-controller-manager' });
  }
}

/** Which pods go first: those that serve nobody, then the youngest. */
function surplus(pods: readonly Pod[], count: number): Pod[] {
  if (count <= 0) return [];
  const rank = (pod: Pod): number => (pod.spec.nodeName ? 1 : 0) + (isReady(pod) ? 2 : 0);
  const youngestFirst = (a: Pod, b: Pod): number =>
    Number(b.metadata.creationTimestamp > a.metadata.creationTimestamp) -
    Number(b.metadata.creationTimestamp < a.metadata.creationTimestamp);
  return [...pods].sort((a, b) => rank(a) - rank(b) || youngestFirst(a, b)).slice(0, count);
}
