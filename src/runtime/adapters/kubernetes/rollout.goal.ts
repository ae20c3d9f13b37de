import type { ObjectRef } from '../adapter.js';
import { StepError } from '../step.error.js';
import { conditionOf } from './condition.js';
import { type JsonObject, numberAt, textAt } from './json.js';
import { titleOf } from './object.reader.js';
import { failed, type Goal, met, pending, type Verdict } from './verdict.js';

type Reader = (title: string, workload: JsonObject) => Verdict;

/**
 * The rollout of a workload is complete, by the rules of `kubectl rollout status` (k8s.io/kubectl, polymorphichelpers
 * rollout_status.go), and for a StatefulSet also: its current revision is the updated one.
 * @throws StepError STEP.REJECTED for a kind that has no rollout
 */
export function rolloutGoal(ref: ObjectRef): Goal {
  const reader = READERS[`${ref.apiVersion}/${ref.kind}`];
  if (!reader) {
    const choice = 'only a Deployment, StatefulSet or DaemonSet has a rollout';
    throw new StepError('STEP.REJECTED', `${titleOf(ref)} cannot be waited for with \`rollout\`: ${choice}.`);
  }
  const title = titleOf(ref);
  return (workload) => {
    if (!workload) return failed(new StepError('STEP.NOT_FOUND', `${title} does not exist.`));
    const observed = numberAt(workload, 'status', 'observedGeneration') ?? 0;
    if (observed < (numberAt(workload, 'metadata', 'generation') ?? 0)) {
      return pending(`${title}: its controller has not seen the change yet`);
    }
    return reader(title, workload);
  };
}

const READERS: Readonly<Record<string, Reader>> = {
  'apps/v1/Deployment': deployment,
  'apps/v1/StatefulSet': statefulSet,
  'apps/v1/DaemonSet': daemonSet,
};

function deployment(title: string, workload: JsonObject): Verdict {
  const wanted = numberAt(workload, 'spec', 'replicas') ?? 1;
  const updated = count(workload, 'updatedReplicas');
  const old = count(workload, 'replicas') - updated;
  const available = count(workload, 'availableReplicas');
  if (textAt(conditionOf(workload, 'Progressing'), 'reason') === 'ProgressDeadlineExceeded') {
    const state = `${available} of ${wanted} replicas are available`;
    return failed(new StepError('STEP.UNHEALTHY', `${title} exceeded its progress deadline: ${state}.`));
  }
  if (updated < wanted) return pending(`${title}: ${updated} of ${wanted} replicas updated`);
  if (old > 0) return pending(`${title}: ${plural(old, 'old replica')} still to end`);
  if (available < updated) return pending(`${title}: ${available} of ${updated} updated replicas available`);
  return met(`${title}: ${plural(available, 'replica')} updated and available`);
}

function statefulSet(title: string, workload: JsonObject): Verdict {
  const refusal = refuseManualUpdates(title, workload);
  if (refusal) return refusal;
  const wanted = numberAt(workload, 'spec', 'replicas') ?? 1;
  const partition = numberAt(workload, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0;
  const ready = count(workload, 'readyReplicas');
  const updated = count(workload, 'updatedReplicas');
  if (ready < wanted) return pending(`${title}: ${ready} of ${wanted} replicas ready`);
  if (partition > 0) {
    const due = Math.max(0, wanted - partition);
    if (updated < due) return pending(`${title}: ${updated} of ${due} replicas above the partition updated`);
    return met(`${title}: ${plural(updated, 'replica')} above the partition updated`);
  }
  const revision = textAt(workload, 'status', 'updateRevision');
  if (revision !== textAt(workload, 'status', 'currentRevision')) {
    return pending(`${title}: ${updated} of ${wanted} replicas at revision ${revision ?? 'unknown'}`);
  }
  return met(`${title}: ${plural(ready, 'replica')} updated and ready`);
}

function daemonSet(title: string, workload: JsonObject): Verdict {
  const refusal = refuseManualUpdates(title, workload);
  if (refusal) return refusal;
  const wanted = count(workload, 'desiredNumberScheduled');
  const updated = count(workload, 'updatedNumberScheduled');
  const available = count(workload, 'numberAvailable');
  if (updated < wanted) return pending(`${title}: ${updated} of ${plural(wanted, 'pod')} updated`);
  if (available < wanted) return pending(`${title}: ${available} of ${plural(wanted, 'updated pod')} available`);
  return met(`${title}: ${plural(available, 'pod')} updated and available`);
}

function refuseManualUpdates(title: string, workload: JsonObject): Verdict | undefined {
  const strategy = textAt(workload, 'spec', 'updateStrategy', 'type') ?? 'RollingUpdate';
  if (strategy === 'RollingUpdate') return undefined;
  const why = `its update strategy is ${strategy}, so its rollout has no status`;
  return failed(new StepError('STEP.REJECTED', `${title} cannot be waited for: ${why}.`));
}

function count(workload: JsonObject, field: string): number {
  return numberAt(workload, 'status', field) ?? 0;
}

function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
