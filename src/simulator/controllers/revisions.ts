import type { Cluster } from '../cluster.js';
import { copy } from '../json.js';
import { CONTROLLER_REVISIONS } from '../kinds.js';
import { hashOf } from '../names.js';
import { controllerReference, isOwnedBy } from '../objects.js';
import type { ControllerRevision, DaemonSet, Pod, StatefulSet } from '../workloads.js';

export const REVISION_LABEL = 'controller-revision-hash';

/** The revision of the present template of a stateful or daemon set: found or made, and the newest of all. */
export function presentRevision(cluster: Cluster, owner: StatefulSet | DaemonSet): ControllerRevision {
  const { namespace } = owner.metadata;
  const all = cluster.store.list(CONTROLLER_REVISIONS, namespace).filter((revision) => isOwnedBy(revision, owner));
  const hash = hashOf(owner.spec.template);
  const newest = Math.max(0, ...all.map((revision) => revision.revision));
  const known = all.find((revision) => revision.metadata.labels?.[REVISION_LABEL] === hash);
  if (known) {
    if (known.revision === newest) return known;
    return cluster.writer.update(CONTROLLER_REVISIONS, { ...copy(known), revision: newest + 1 });
  }
  return cluster.writer.create(CONTROLLER_REVISIONS, {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${owner.metadata.name}-${hash}`,
      ...(namespace !== undefined && { namespace }),
      uid: '',
      resourceVersion: '',
      creationTimestamp: '',
      labels: { ...owner.spec.template.metadata?.labels, [REVISION_LABEL]: hash },
      ownerReferences: [controllerReference(owner)],
    },
    data: { spec: { template: { ...copy(owner.spec.template), $patch: 'replace' } } },
    revision: newest + 1,
  });
}

export function revisionHash(revision: ControllerRevision): string {
  return revision.metadata.labels?.[REVISION_LABEL] ?? '';
}

export function isOfRevision(pod: Pod, hash: string): boolean {
  return pod.metadata.labels?.[REVISION_LABEL]?.endsWith(hash) === true;
}
