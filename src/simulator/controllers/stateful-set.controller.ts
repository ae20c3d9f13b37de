import type { Cluster } from '../cluster.js';
import { copy } from '../json.js';
import { PODS, STATEFUL_SETS } from '../kinds.js';
import { isOwnedBy } from '../objects.js';
import { isReady, type Pod, type StatefulSet } from '../workloads.js';
import type { Controller } from './controller.js';
import { recordEvent } from './events.js';
import { podFromTemplate } from './pods.js';
import { isOfRevision, presentRevision, REVISION_LABEL } from './revisions.js';

const COMPONENT = 'statefulset-controller';

/** Numbered pods: made in order, removed and replaced from the highest, one at a time unless `Parallel`. */
export class StatefulSetController implements Controller<StatefulSet> {
  readonly kind = STATEFUL_SETS;

  constructor(private readonly cluster: Cluster) {}

  reconcile(set: StatefulSet): void {
    if (set.metadata.deletionTimestamp) return;
    const revision = presentRevision(this.cluster, set).metadata.name;
    this.step(set, revision);
    this.writeStatus(set, revision);
  }

  private step(set: StatefulSet, revision: string): void {
    const pods = this.podsOf(set);
    const isParallel = set.spec.podManagementPolicy === 'Parallel';
    const isSettled = (pod: Pod): boolean => isReady(pod) && !pod.metadata.deletionTimestamp;
    for (let i = 0; i < set.spec.replicas; i++) {
      const pod = pods.find((known) => ordinal(known) === i);
      if (!pod) this.createPod(set, i, revision);
      if (!isParallel && !(pod && isSettled(pod))) {
        // A broken pod of an old template may be replaced at once; anything else is waited for.
        if (pod && !isOfRevision(pod, revision)) this.replace(set, pod);
        return;
      }
    }
    const surplus = pods.filter((pod) => ordinal(pod) >= set.spec.replicas).reverse();
    for (const pod of isParallel ? surplus : surplus.slice(0, 1)) this.deletePod(set, pod);
    if (surplus.length > 0 || !pods.every(isSettled)) return;
    const outdated = pods.filter((pod) => !isOfRevision(pod, revision)).at(-1);
    if (outdated) this.replace(set, outdated);
  }

  private replace(set: StatefulSet, pod: Pod): void {
    const { type = 'RollingUpdate', rollingUpdate } = set.spec.updateStrategy ?? {};
    if (type === 'RollingUpdate' && ordinal(pod) >= (rollingUpdate?.partition ?? 0)) this.deletePod(set, pod);
  }

  private podsOf(set: StatefulSet): Pod[] {
    const all = this.cluster.store.list(PODS, set.metadata.namespace).filter((pod) => isOwnedBy(pod, set));
    return all.sort((a, b) => ordinal(a) - ordinal(b));
  }

  private createPod(set: StatefulSet, index: number, revision: string): void {
    const name = `${set.metadata.name}-${index}`;
    const labels = {
      'apps.kubernetes.io/pod-index': String(index),
      'statefulset.kubernetes.io/pod-name': name,
      [REVISION_LABEL]: revision,
    };
    this.cluster.writer.create(PODS, podFromTemplate(set, set.spec.template, { name, labels }));
    this.note(set, 'SuccessfulCreate', `create Pod ${name} in StatefulSet ${set.metadata.name} successful`);
  }

  private deletePod(set: StatefulSet, { metadata }: Pod): void {
    if (metadata.deletionTimestamp) return;
    this.cluster.writer.delete(PODS, metadata.namespace, metadata.name);
    this.note(set, 'SuccessfulDelete', `delete Pod ${metadata.name} in StatefulSet ${set.metadata.name} successful`);
  }

  private note(set: StatefulSet, reason: string, message: string): void {
    recordEvent(this.cluster, set, { reason, message, component: COMPONENT });
  }

  private writeStatus(set: StatefulSet, updateRevision: string): void {
    const pods = this.podsOf(set).filter((pod) => !pod.metadata.deletionTimestamp);
    const updated = pods.filter((pod) => isOfRevision(pod, updateRevision)).length;
    const isUpdated = updated === set.spec.replicas && pods.length === set.spec.replicas && pods.every(isReady);
    const currentRevision = isUpdated ? updateRevision : (set.status?.currentRevision ?? updateRevision);
    const next = copy(set);
    next.status = {
      observedGeneration: set.metadata.generation ?? 1,
      replicas: pods.length,
      readyReplicas: pods.filter(isReady).length,
      availableReplicas: pods.filter(isReady).length,
      currentReplicas: pods.filter((pod) => isOfRevision(pod, currentRevision)).length,
      updatedReplicas: updated,
      currentRevision,
      updateRevision,
      collisionCount: 0,
    };
    this.cluster.writer.update(STATEFUL_SETS, next, { subresource: 'status', manager: 'kube-controller-manager' });
  }
}

function ordinal(pod: Pod): number {
  return Number(/-(\d+)$/.exec(pod.metadata.name)?.[1] ?? '-1');
}
