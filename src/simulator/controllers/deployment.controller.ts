import type { Cluster } from '../cluster.js';
import { copy } from '../json.js';
import { DEPLOYMENTS, REPLICA_SETS } from '../kinds.js';
import { hashOf } from '../names.js';
import { controllerReference, isOwnedBy } from '../objects.js';
import type { Deployment, ReplicaSet } from '../workloads.js';
import type { Controller } from './controller.js';
import { deploymentStatus } from './deployment.status.js';
import { recordEvent } from './events.js';
import {
  HASH_LABEL,
  inheritedAnnotations,
  isSameTemplate,
  nextScaling,
  REVISION,
  revisionOf,
  surgeAndUnavailable,
} from './rollout.js';

const COMPONENT = 'deployment-controller';
const MANAGER = 'kube-controller-manager';

/** Moves pods from the replica sets of old templates to that of the present one, as the strategy allows. */
export class DeploymentController implements Controller<Deployment> {
  readonly kind = DEPLOYMENTS;

  constructor(private readonly cluster: Cluster) {}

  reconcile(deployment: Deployment, again: (ms: number) => void): void {
    if (deployment.metadata.deletionTimestamp) return;
    const found = this.setsOf(deployment).find((set) => isSameTemplate(set.spec.template, deployment.spec.template));
    if (deployment.spec.paused) {
      if (found) this.scaleOnly(deployment, found);
    } else {
      const current = this.promote(deployment, found ?? this.createSet(deployment));
      this.roll(deployment, current);
      this.forgetOldSets(deployment, current);
    }
    this.writeStatus(deployment.metadata.name, deployment.metadata.namespace, again);
  }

  private setsOf(deployment: Deployment): ReplicaSet[] {
    const all = this.cluster.store.list(REPLICA_SETS, deployment.metadata.namespace);
    return all
      .filter((set) => isOwnedBy(set, deployment) && !set.metadata.deletionTimestamp)
      .sort((a, b) => revisionOf(a) - revisionOf(b));
  }

  private createSet(deployment: Deployment): ReplicaSet {
    const hash = hashOf(deployment.spec.template);
    const template = copy(deployment.spec.template);
    const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
    const { name, namespace } = deployment.metadata;
    return this.cluster.writer.create(
      REPLICA_SETS,
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: {
          name: `${name}-${hash}`,
          ...(namespace !== undefined && { namespace }),
          uid: '',
          resourceVersion: '',
          creationTimestamp: '',
          labels,
          annotations: { ...inheritedAnnotations(deployment), ...sizeAnnotations(deployment) },
          ownerReferences: [controllerReference(deployment)],
        },
        spec: {
          replicas: 0,
          selector: {
            ...deployment.spec.selector,
            matchLabels: { ...deployment.spec.selector.matchLabels, [HASH_LABEL]: hash },
          },
          template: { ...template, metadata: { ...template.metadata, labels } },
        },
      },
      { manager: MANAGER },
    );
  }

  /** The set of the present template has the highest revision, also after an undo; the deployment shows it. */
  private promote(deployment: Deployment, set: ReplicaSet): ReplicaSet {
    const highest = Math.max(
      0,
      ...this.setsOf(deployment)
        .filter((o) => o !== set)
        .map(revisionOf),
    );
    const isNewest = revisionOf(set) > highest;
    const revision = String(isNewest ? revisionOf(set) : highest + 1);
    const next = copy(set);
    const history = revisionOf(set) > 0 && !isNewest ? { [`${REVISION}-history`]: historyOf(set) } : {};
    next.metadata.annotations = {
      ...set.metadata.annotations,
      ...inheritedAnnotations(deployment),
      ...sizeAnnotations(deployment),
      ...history,
      [REVISION]: revision,
    };
    const promoted = this.cluster.writer.update(REPLICA_SETS, next, { manager: MANAGER });
    if (deployment.metadata.annotations?.[REVISION] !== revision) {
      const shown = copy(deployment);
      shown.metadata.annotations = { ...deployment.metadata.annotations, [REVISION]: revision };
      this.cluster.writer.update(DEPLOYMENTS, shown, { manager: MANAGER });
    }
    return promoted;
  }

  private roll(deployment: Deployment, current: ReplicaSet): void {
    const old = this.setsOf(deployment).filter((set) => set.metadata.uid !== current.metadata.uid);
    for (const { set, replicas } of nextScaling(deployment, current, old)) this.scale(deployment, set, replicas);
  }

  /** A paused deployment starts no rollout but keeps its size. */
  private scaleOnly(deployment: Deployment, current: ReplicaSet): void {
    const others = this.setsOf(deployment).filter((set) => set !== current && set.spec.replicas > 0);
    if (others.length === 0 && current.spec.replicas !== deployment.spec.replicas) {
      this.scale(deployment, current, deployment.spec.replicas);
    }
  }

  private scale(deployment: Deployment, set: ReplicaSet, replicas: number): void {
    const before = set.spec.replicas;
    const next = copy(set);
    next.spec.replicas = replicas;
    this.cluster.writer.update(REPLICA_SETS, next, { manager: MANAGER });
    const direction = replicas > before ? 'up' : 'down';
    const message = `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${replicas}`;
    recordEvent(this.cluster, deployment, { reason: 'ScalingReplicaSet', message, component: COMPONENT });
  }

  private forgetOldSets(deployment: Deployment, current: ReplicaSet): void {
    const isEmpty = (set: ReplicaSet): boolean => set.spec.replicas === 0 && (set.status?.replicas ?? 0) === 0;
    const old = this.setsOf(deployment).filter((set) => set.metadata.uid !== current.metadata.uid && isEmpty(set));
    const surplus = old.length - (deployment.spec.revisionHistoryLimit ?? 10);
    for (const { metadata } of old.slice(0, Math.max(0, surplus))) {
      this.cluster.writer.delete(REPLICA_SETS, metadata.namespace, metadata.name);
    }
  }

  private writeStatus(name: string, namespace: string | undefined, again: (ms: number) => void): void {
    const deployment = this.cluster.store.get(DEPLOYMENTS, namespace, name);
    if (!deployment) return;
    const next = copy(deployment);
    next.status = deploymentStatus(deployment, this.setsOf(deployment), this.cluster.clock.now(), again);
    this.cluster.writer.update(DEPLOYMENTS, next, { subresource: 'status', manager: MANAGER });
  }
}

function sizeAnnotations(deployment: Deployment): Record<string, string> {
  const { replicas } = deployment.spec;
  const { surge } = surgeAndUnavailable(deployment);
  return {
    'deployment.kubernetes.io/desired-replicas': String(replicas),
    'deployment.kubernetes.io/max-replicas': String(replicas + surge),
  };
}

function historyOf({ metadata }: ReplicaSet): string {
  const past = metadata.annotations?.[`${REVISION}-history`];
  const last = metadata.annotations?.[REVISION] ?? '';
  return past === undefined ? last : `${past},${last}`;
}
