import type { Cluster } from '../cluster.js';
import { annotation, faultOfAnnotations, type WorkloadFault, type WorkloadRef } from '../faults.js';
import { kindOf, PODS } from '../kinds.js';
import { controllerOf, type KubeObject } from '../objects.js';
import type { Change } from '../store.js';
import type { Pod } from '../workloads.js';

const HASH_LABELS = ['pod-template-hash', 'controller-revision-hash'];

/** Which fault a pod suffers from: that of the workload at the top of its owners. */
export class PodFaults {
  /** For faults that last until a restart: the template that is broken, by the uid of the workload. */
  private readonly broken = new Map<string, string>();

  constructor(
    private readonly cluster: Cluster,
    onChange: (workload: KubeObject) => void,
  ) {
    cluster.faults.onWorkloadFault((ref) => {
      const workload = this.find(ref);
      if (workload) this.rebind(workload, onChange);
    });
    cluster.store.subscribe((change) => {
      if (isFaultChanged(change)) this.rebind(change.object, onChange);
    });
  }

  of(pod: Pod): WorkloadFault | undefined {
    const workload = this.workloadOf(pod);
    const { kind, metadata } = workload;
    const ref = { kind, namespace: metadata.namespace ?? '', name: metadata.name };
    const fault = this.cluster.faults.ofWorkload(ref) ?? faultOfAnnotations(workload);
    if (fault?.type !== 'crash-loop' || !fault.untilRestart) return fault;
    const broken = this.broken.get(metadata.uid) ?? templateOf(pod);
    this.broken.set(metadata.uid, broken);
    return broken === templateOf(pod) ? fault : undefined;
  }

  /** The owner of the owner …, or the pod itself. */
  workloadOf(pod: Pod): KubeObject {
    let at: KubeObject = pod;
    for (;;) {
      const reference = controllerOf(at);
      const kind = reference && kindOf(reference.apiVersion, reference.kind);
      const owner = kind && this.cluster.store.get(kind, pod.metadata.namespace, reference.name);
      if (!owner) return at;
      at = owner;
    }
  }

  private find({ kind, namespace, name }: WorkloadRef): KubeObject | undefined {
    const known = kindOf('apps/v1', kind) ?? kindOf('batch/v1', kind) ?? kindOf('v1', kind);
    return known && this.cluster.store.get(known, namespace, name);
  }

  /** A fault that is set now breaks the template that runs now: the youngest pod's. */
  private rebind(workload: KubeObject, onChange: (workload: KubeObject) => void): void {
    const pods = this.cluster.store
      .list(PODS, workload.metadata.namespace)
      .filter((pod) => this.workloadOf(pod).metadata.uid === workload.metadata.uid);
    const youngest = pods.reduce<Pod | undefined>((best, pod) => {
      return best && best.metadata.creationTimestamp > pod.metadata.creationTimestamp ? best : pod;
    }, undefined);
    if (youngest) this.broken.set(workload.metadata.uid, templateOf(youngest));
    else this.broken.delete(workload.metadata.uid);
    onChange(workload);
  }
}

function isFaultChanged({ type, object, previous }: Change): boolean {
  if (type !== 'MODIFIED' || !previous || isOwnedByAny(object)) return false;
  return annotation(object, 'fault') !== annotation(previous, 'fault');
}

function isOwnedByAny(object: KubeObject): boolean {
  return controllerOf(object) !== undefined;
}

function templateOf(pod: Pod): string {
  const label = HASH_LABELS.map((name) => pod.metadata.labels?.[name]).find((value) => value !== undefined);
  return label ?? pod.metadata.uid;
}
