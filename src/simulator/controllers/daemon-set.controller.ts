import type { Cluster } from '../cluster.js';
import { copy } from '../json.js';
import { DAEMON_SETS, NODES, PODS } from '../kinds.js';
import { isOwnedBy } from '../objects.js';
import { type DaemonSet, isActive, isReady, type Node, type Pod } from '../workloads.js';
import type { Controller } from './controller.js';
import { recordEvent } from './events.js';
import { podFromTemplate } from './pods.js';
import { isOfRevision, presentRevision, REVISION_LABEL, revisionHash } from './revisions.js';

const COMPONENT = 'daemonset-controller';

/** One pod on every node that the template accepts; old ones are replaced one at a time. */
export class DaemonSetController implements Controller<DaemonSet> {
  readonly kind = DAEMON_SETS;

  constructor(private readonly cluster: Cluster) {}

  reconcile(set: DaemonSet): void {
    if (set.metadata.deletionTimestamp) return;
    const hash = revisionHash(presentRevision(this.cluster, set));
    const nodes = this.nodesFor(set);
    for (const node of nodes.filter((n) => !this.podsOf(set).some((pod) => pod.spec.nodeName === n.metadata.name))) {
      this.createPod(set, node, hash);
    }
    this.replaceOne(set, hash);
    this.writeStatus(set, nodes, hash);
  }

  private nodesFor({ spec }: DaemonSet): Node[] {
    const wanted = Object.entries(spec.template.spec.nodeSelector ?? {});
    const all = this.cluster.store.list(NODES);
    return all.filter((node) => wanted.every(([key, value]) => node.metadata.labels?.[key] === value));
  }

  private podsOf(set: DaemonSet): Pod[] {
    return this.cluster.store.list(PODS, set.metadata.namespace).filter((pod) => isOwnedBy(pod, set));
  }

  private createPod(set: DaemonSet, node: Node, hash: string): void {
    const identity = { nodeName: node.metadata.name, labels: { [REVISION_LABEL]: hash } };
    const pod = this.cluster.writer.create(PODS, podFromTemplate(set, set.spec.template, identity));
    this.note(set, 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
  }

  private replaceOne(set: DaemonSet, hash: string): void {
    if (set.spec.updateStrategy?.type === 'OnDelete') return;
    const pods = this.podsOf(set);
    const outdated = pods.filter((pod) => !isOfRevision(pod, hash));
    const isWaiting = pods.some((pod) => pod.metadata.deletionTimestamp || (isOfRevision(pod, hash) && !isReady(pod)));
    const [next] = outdated.sort((a, b) => Number(isReady(a)) - Number(isReady(b)));
    if (!next || isWaiting) return;
    this.cluster.writer.delete(PODS, next.metadata.namespace, next.metadata.name);
    this.note(set, 'SuccessfulDelete', `Deleted pod: ${next.metadata.name}`);
  }

  private note(set: DaemonSet, reason: string, message: string): void {
    recordEvent(this.cluster, set, { reason, message, component: COMPONENT });
  }

  private writeStatus(set: DaemonSet, nodes: readonly Node[], hash: string): void {
    const pods = this.podsOf(set).filter(isActive);
    const ready = pods.filter(isReady).length;
    const next = copy(set);
    next.status = {
      observedGeneration: set.metadata.generation ?? 1,
      desiredNumberScheduled: nodes.length,
      currentNumberScheduled: pods.length,
      numberMisscheduled: 0,
      numberReady: ready,
      numberAvailable: ready,
      numberUnavailable: nodes.length - ready,
      updatedNumberScheduled: pods.filter((pod) => isOfRevision(pod, hash)).length,
    };
    this.cluster.writer.update(DAEMON_SETS, next, { subresource: 'status', manager: 'kube-controller-manager' });
  }
}
