import type { Cluster } from '../cluster.js';
import { copy } from '../json.js';
import { JOBS, PODS } from '../kinds.js';
import { isOwnedBy, timestamp } from '../objects.js';
import { type Condition, conditionOf, isActive, isReady, type Job, type Pod } from '../workloads.js';
import { withCondition } from './conditions.js';
import type { Controller } from './controller.js';
import { recordEvent } from './events.js';
import { podFromTemplate } from './pods.js';

const COMPONENT = 'job-controller';
const MANAGER = 'kube-controller-manager';

/** Runs pods until enough have succeeded, or too many have failed. */
export class JobController implements Controller<Job> {
  readonly kind = JOBS;

  constructor(private readonly cluster: Cluster) {}

  reconcile(job: Job, again: (ms: number) => void): void {
    if (job.metadata.deletionTimestamp) return;
    if (isFinished(job)) {
      this.expire(job, again);
      return;
    }
    const failure = this.failureOf(job, again);
    if (failure) for (const pod of this.podsOf(job).filter(isActive)) this.deletePod(job, pod);
    else if (job.spec.suspend) for (const pod of this.podsOf(job).filter(isActive)) this.deletePod(job, pod);
    else this.createMissing(job);
    this.writeStatus(job, failure);
  }

  private podsOf(job: Job): Pod[] {
    return this.cluster.store.list(PODS, job.metadata.namespace).filter((pod) => isOwnedBy(pod, job));
  }

  private createMissing(job: Job): void {
    const pods = this.podsOf(job);
    const { parallelism = 1, completions = parallelism } = job.spec;
    const succeeded = pods.filter((pod) => pod.status.phase === 'Succeeded').length;
    const wanted = Math.min(parallelism, completions - succeeded);
    for (let i = pods.filter(isActive).length; i < wanted; i++) {
      const pod = this.cluster.writer.create(PODS, podFromTemplate(job, job.spec.template));
      const message = `Created pod: ${pod.metadata.name}`;
      recordEvent(this.cluster, job, { reason: 'SuccessfulCreate', message, component: COMPONENT });
    }
  }

  private deletePod(job: Job, { metadata }: Pod): void {
    this.cluster.writer.delete(PODS, metadata.namespace, metadata.name);
    const message = `Deleted pod: ${metadata.name}`;
    recordEvent(this.cluster, job, { reason: 'SuccessfulDelete', message, component: COMPONENT });
  }

  private failureOf(job: Job, again: (ms: number) => void): Condition | undefined {
    const type = 'Failed';
    const pods = this.podsOf(job);
    const failed = pods.filter((pod) => pod.status.phase === 'Failed').length;
    const restarts = pods.filter((pod) => pod.spec.restartPolicy === 'OnFailure').map(restartsOf);
    if (failed + restarts.reduce((a, b) => a + b, 0) > (job.spec.backoffLimit ?? 6)) {
      const message = 'Job has reached the specified backoff limit';
      return { type, status: 'True', reason: 'BackoffLimitExceeded', message };
    }
    const { activeDeadlineSeconds } = job.spec;
    if (activeDeadlineSeconds === undefined || job.status?.startTime === undefined) return undefined;
    const left = Date.parse(job.status.startTime) + activeDeadlineSeconds * 1000 - this.cluster.clock.now().getTime();
    if (left > 0) {
      again(left);
      return undefined;
    }
    const message = 'Job was active longer than specified deadline';
    return { type, status: 'True', reason: 'DeadlineExceeded', message };
  }

  private writeStatus(job: Job, failure: Condition | undefined): void {
    const now = timestamp(this.cluster.clock.now());
    const pods = this.podsOf(job);
    const active = pods.filter(isActive);
    const succeeded = pods.filter((pod) => pod.status.phase === 'Succeeded').length;
    const failed = pods.filter((pod) => pod.status.phase === 'Failed').length;
    const isComplete = succeeded >= (job.spec.completions ?? 1);
    const outcome = failure ?? (isComplete ? COMPLETE : undefined);
    const next = copy(job);
    next.status = {
      ...(job.status?.conditions && { conditions: job.status.conditions }),
      startTime: job.status?.startTime ?? now,
      ...(active.length > 0 && !outcome && { active: active.length, ready: active.filter(isReady).length }),
      ...(succeeded > 0 && { succeeded }),
      ...(failed > 0 && { failed }),
      ...(isComplete && !failure && { completionTime: now }),
    };
    if (outcome) {
      next.status.conditions = withCondition(job.status?.conditions, outcome, now);
      const type = failure ? 'Warning' : 'Normal';
      const text = failure ?? { reason: 'Completed', message: 'Job completed' };
      const { reason = '', message = '' } = text;
      recordEvent(this.cluster, job, { type, reason, message, component: COMPONENT });
    }
    this.cluster.writer.update(JOBS, next, { subresource: 'status', manager: MANAGER });
  }

  private expire(job: Job, again: (ms: number) => void): void {
    const { ttlSecondsAfterFinished: ttl } = job.spec;
    if (ttl === undefined) return;
    const end = conditionOf(job, 'Complete') ?? conditionOf(job, 'Failed');
    const left = Date.parse(end?.lastTransitionTime ?? '') + ttl * 1000 - this.cluster.clock.now().getTime();
    const { namespace, name } = job.metadata;
    if (left > 0) again(left);
    else this.cluster.writer.delete(JOBS, namespace, name, { propagationPolicy: 'Background' });
  }
}

const COMPLETE: Condition = {
  type: 'Complete',
  status: 'True',
  reason: 'CompletionsReached',
  message: 'Reached expected number of succeeded pods',
};

function isFinished(job: Job): boolean {
  return ['Complete', 'Failed'].some((type) => conditionOf(job, type)?.status === 'True');
}

function restartsOf(pod: Pod): number {
  return Math.max(0, ...(pod.status.containerStatuses ?? []).map((container) => container.restartCount));
}
