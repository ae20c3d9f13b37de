import { copy } from '../json.js';
import { controllerReference, type KubeObject } from '../objects.js';
import { conditionOf, isReady, type Pod, type PodTemplate } from '../workloads.js';

interface PodIdentity {
  /** Absent: the owner's name and a random suffix. */
  readonly name?: string;
  readonly labels?: Record<string, string>;
  readonly nodeName?: string;
}

/** A new pod of a workload's template, owned by it. */
export function podFromTemplate(owner: KubeObject, template: PodTemplate, identity: PodIdentity = {}): Pod {
  const { labels, annotations, finalizers } = copy(template.metadata ?? {});
  const { name = '', nodeName } = identity;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      ...(name === '' && { generateName: `${owner.metadata.name}-` }),
      ...(owner.metadata.namespace !== undefined && { namespace: owner.metadata.namespace }),
      uid: '',
      resourceVersion: '',
      creationTimestamp: '',
      labels: { ...labels, ...identity.labels },
      ...(annotations && { annotations }),
      ...(finalizers && { finalizers }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: { ...copy(template.spec), ...(nodeName !== undefined && { nodeName }) },
    status: { phase: 'Pending' },
  };
}

/** Pods that have been ready for long enough; asks to be called again when the next one will be. */
export function countAvailable(
  pods: readonly Pod[],
  minReadySeconds: number,
  now: Date,
  again: (ms: number) => void,
): number {
  const ready = pods.filter(isReady);
  if (minReadySeconds === 0) return ready.length;
  const waits = ready.map((pod) => {
    const since = Date.parse(conditionOf(pod, 'Ready')?.lastTransitionTime ?? '');
    return since + minReadySeconds * 1000 - now.getTime();
  });
  const open = waits.filter((wait) => wait > 0);
  if (open.length > 0) again(Math.min(...open));
  return waits.length - open.length;
}
