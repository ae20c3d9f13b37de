import type { Cluster } from '../cluster.js';
import { recordEvent } from '../controllers/events.js';
import { copy } from '../json.js';
import { NODES, PODS } from '../kinds.js';
import { timestamp } from '../objects.js';
import type { Change } from '../store.js';
import type { Node, Pod } from '../workloads.js';
import { PodFaults } from './pod.faults.js';
import { PodRun } from './pod.run.js';
import { scheduled, unschedulable } from './pod.status.js';

const RETRY_MS = 500;

/** The scheduler and all nodes in one: gives every pod a node and lives its life. */
export class Kubelet {
  private readonly runs = new Map<string, PodRun>();
  private readonly faults: PodFaults;
  private placed = 0;

  constructor(private readonly cluster: Cluster) {
    this.faults = new PodFaults(cluster, (workload) => {
      for (const pod of cluster.store.list(PODS, workload.metadata.namespace)) {
        if (this.faults.workloadOf(pod).metadata.uid === workload.metadata.uid) {
          this.runs.get(pod.metadata.uid)?.reconsider();
        }
      }
    });
    cluster.store.subscribe((change) => {
      if (change.storage === PODS.storage) this.onPod(change, change.object as Pod);
    });
  }

  private onPod({ type, previous }: Change, pod: Pod): void {
    const { uid, namespace, name, deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
    if (type === 'DELETED') {
      this.runs.get(uid)?.end();
      this.runs.delete(uid);
    } else if (type === 'ADDED') {
      this.cluster.clock.after(this.cluster.timings.scheduleMs, () => this.schedule(uid, namespace, name));
    } else if (deletionTimestamp && deletionGracePeriodSeconds !== previous?.metadata.deletionGracePeriodSeconds) {
      // Not inside the write that told us: what it does must come after it.
      setImmediate(() => this.runs.get(uid)?.stop());
    }
  }

  private schedule(uid: string, namespace: string | undefined, name: string): void {
    const pod = this.cluster.store.get(PODS, namespace, name);
    if (pod?.metadata.uid !== uid || pod.metadata.deletionTimestamp) return;
    const now = timestamp(this.cluster.clock.now());
    const node = this.choose(pod);
    if (!node) {
      const message = '0 nodes are available: no node matches, or all are cordoned.';
      const text = { type: 'Warning' as const, reason: 'FailedScheduling', message, component: 'default-scheduler' };
      recordEvent(this.cluster, pod, text);
      this.write({ ...copy(pod), status: unschedulable(pod.status, message, now) });
      this.cluster.clock.after(RETRY_MS, () => this.schedule(uid, namespace, name));
      return;
    }
    const nodeName = node.metadata.name;
    const bound = this.cluster.writer.update(PODS, { ...copy(pod), spec: { ...copy(pod.spec), nodeName } });
    this.write({ ...copy(bound), status: scheduled(bound.status, now) });
    const message = `Successfully assigned ${namespace ?? ''}/${name} to ${nodeName}`;
    recordEvent(this.cluster, pod, { reason: 'Scheduled', message, component: 'default-scheduler' });
    this.run(uid, namespace, name, node);
  }

  private run(uid: string, namespace: string | undefined, name: string, node: Node): void {
    this.placed += 1;
    const address = {
      hostIP: node.status?.addresses?.find((known) => known.type === 'InternalIP')?.address ?? '10.0.0.1',
      podIP: `10.244.${Math.floor(this.placed / 250) % 250}.${(this.placed % 250) + 2}`,
    };
    const run = new PodRun(this.cluster, this.faults, uid, namespace, name, address);
    this.runs.set(uid, run);
    run.begin();
  }

  /** The node that the pod names, or the one with the fewest pods of those that take any. */
  private choose(pod: Pod): Node | undefined {
    const nodes = this.cluster.store.list(NODES);
    if (pod.spec.nodeName) return nodes.find((node) => node.metadata.name === pod.spec.nodeName);
    const wanted = Object.entries(pod.spec.nodeSelector ?? {});
    const open = nodes.filter((node) => {
      return !node.spec?.unschedulable && wanted.every(([key, value]) => node.metadata.labels?.[key] === value);
    });
    const pods = this.cluster.store.list(PODS);
    const load = (node: Node): number => pods.filter((p) => p.spec.nodeName === node.metadata.name).length;
    return open.sort((a, b) => load(a) - load(b))[0];
  }

  private write(pod: Pod): void {
    this.cluster.writer.update(PODS, pod, { subresource: 'status', manager: 'kubelet' });
  }
}
