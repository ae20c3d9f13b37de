import { timestamp } from '../objects.js';
import { type Condition, conditionOf, type Deployment, type ReplicaSet } from '../workloads.js';
import { withCondition } from './conditions.js';
import { availableOf, isSameTemplate, sum, surgeAndUnavailable } from './rollout.js';

type Status = NonNullable<Deployment['status']>;

/** What a deployment reports of its replica sets. Asks to be called again when the progress deadline will have passed. */
export function deploymentStatus(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  now: Date,
  again: (ms: number) => void,
): Status {
  const current = sets.find((set) => isSameTemplate(set.spec.template, deployment.spec.template));
  const replicas = sum(sets.map((set) => set.status?.replicas ?? 0));
  const available = sum(sets.map(availableOf));
  const counts = {
    replicas,
    updatedReplicas: current?.status?.replicas ?? 0,
    readyReplicas: sum(sets.map((set) => set.status?.readyReplicas ?? 0)),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, sum(sets.map((set) => set.spec.replicas)) - available),
  };
  const status: Status = {
    observedGeneration: deployment.metadata.generation ?? 1,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
  };
  const at = timestamp(now);
  const known = deployment.status?.conditions;
  const progress = progressing(deployment, status, current, now, again);
  const conditions = withCondition(known, availability(deployment, available), at, true);
  return { ...status, conditions: progress ? touch(conditions, deployment, status, progress, at) : conditions };
}

function availability(deployment: Deployment, available: number): Condition {
  const { unavailable } = surgeAndUnavailable(deployment);
  if (available >= deployment.spec.replicas - unavailable) {
    const message = 'Deployment has minimum availability.';
    return { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message };
  }
  const message = 'Deployment does not have minimum availability.';
  return { type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable', message };
}

function progressing(
  deployment: Deployment,
  status: Status,
  current: ReplicaSet | undefined,
  now: Date,
  again: (ms: number) => void,
): Condition | undefined {
  const type = 'Progressing';
  if (deployment.spec.paused) {
    return { type, status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' };
  }
  if (!current) return undefined;
  const subject = `ReplicaSet "${current.metadata.name}"`;
  if (isComplete(deployment, status)) {
    return {
      type,
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message: `${subject} has successfully progressed.`,
    };
  }
  const known = conditionOf(deployment, type);
  if (known && !hasProgressed(deployment, status) && known.reason !== 'NewReplicaSetAvailable') {
    const deadline = Date.parse(known.lastUpdateTime ?? '') + (deployment.spec.progressDeadlineSeconds ?? 600) * 1000;
    const isOver = known.reason === 'ProgressDeadlineExceeded' || now.getTime() >= deadline;
    if (isOver && known.reason !== 'DeploymentPaused') {
      const message = `${subject} has timed out progressing.`;
      return { type, status: 'False', reason: 'ProgressDeadlineExceeded', message };
    }
    again(Math.max(20, deadline - now.getTime()));
    return { type, status: 'True', reason: 'ReplicaSetUpdated', message: `${subject} is progressing.` };
  }
  again((deployment.spec.progressDeadlineSeconds ?? 600) * 1000);
  return { type, status: 'True', reason: 'ReplicaSetUpdated', message: `${subject} is progressing.` };
}

/** The rollout is over: every wanted pod is new and available, and no old one is left. */
function isComplete({ spec }: Deployment, status: Status): boolean {
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0 } = status;
  return updatedReplicas === spec.replicas && replicas === spec.replicas && availableReplicas === spec.replicas;
}

function hasProgressed(deployment: Deployment, status: Status): boolean {
  const before = deployment.status ?? {};
  const old = (s: Status): number => (s.replicas ?? 0) - (s.updatedReplicas ?? 0);
  return (
    (deployment.metadata.generation ?? 1) > (before.observedGeneration ?? 0) ||
    (status.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    (status.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (status.availableReplicas ?? 0) > (before.availableReplicas ?? 0) ||
    old(status) < old(before)
  );
}

/** Progress that is worded the same still moves the update time: the deadline counts from it. */
function touch(
  conditions: Condition[],
  deployment: Deployment,
  status: Status,
  next: Condition,
  at: string,
): Condition[] {
  const result = withCondition(conditions, next, at, true);
  if (next.reason !== 'ReplicaSetUpdated' || !hasProgressed(deployment, status)) return result;
  return result.map((condition) => (condition.type === next.type ? { ...condition, lastUpdateTime: at } : condition));
}
