import { randomBytes } from 'node:crypto';

import { withCondition } from '../controllers/conditions.js';
import { hashOf } from '../names.js';
import type { Condition, Container, ContainerState, ContainerStatus, Pod, PodStatus } from '../workloads.js';

/** How the status of a pod looks at each turn of its life. None of these changes its argument. */

export function scheduled(status: PodStatus, now: string): PodStatus {
  return { ...status, conditions: withCondition(status.conditions, { type: 'PodScheduled', status: 'True' }, now) };
}

export function unschedulable(status: PodStatus, message: string, now: string): PodStatus {
  const condition: Condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
  return { ...status, conditions: withCondition(status.conditions, condition, now) };
}

export function creating(pod: Pod, restarts: number, hostIP: string, now: string): PodStatus {
  const containerStatuses = pod.spec.containers.map((container) => waitingContainer(container, restarts));
  const status = { ...pod.status, phase: 'Pending' as const, hostIP, startTime: now, qosClass: 'BestEffort' };
  return readiness({ ...status, containerStatuses }, false, now);
}

function waitingContainer({ name, image }: Container, restartCount: number): ContainerStatus {
  const state = { waiting: { reason: 'ContainerCreating' } };
  return { name, image, imageID: '', ready: false, started: false, restartCount, state, lastState: {} };
}

/** Every container waits for the same reason. */
export function waiting(status: PodStatus, reason: string, message: string, now: string): PodStatus {
  const state = { waiting: { reason, message } };
  return readiness(
    eachContainer(status, (c) => ({ ...c, state, ready: false, started: false })),
    false,
    now,
  );
}

export function started(status: PodStatus, podIP: string, now: string): PodStatus {
  const running = eachContainer(status, (container) => ({
    ...container,
    imageID: imageId(container.image),
    containerID: `containerd://${randomBytes(32).toString('hex')}`,
    state: { running: { startedAt: now } },
    started: true,
    ready: false,
  }));
  return readiness({ ...running, phase: 'Running', podIP, podIPs: [{ ip: podIP }] }, false, now);
}

export function ready(status: PodStatus, isReady: boolean, now: string): PodStatus {
  return readiness(
    eachContainer(status, (container) => ({ ...container, ready: isReady })),
    isReady,
    now,
  );
}

/** The containers have ended. With `message` they will be started again and wait for that. */
export function exited(status: PodStatus, exitCode: number, backOff: string | undefined, now: string): PodStatus {
  const next = eachContainer(status, (container) => {
    const terminated: ContainerState = {
      terminated: {
        exitCode,
        reason: exitCode === 0 ? 'Completed' : 'Error',
        startedAt: container.state.running?.startedAt ?? now,
        finishedAt: now,
        containerID: container.containerID ?? '',
      },
    };
    const ended = { ...container, ready: false, started: false };
    if (backOff === undefined) return { ...ended, state: terminated };
    const state = { waiting: { reason: 'CrashLoopBackOff', message: backOff } };
    return { ...ended, state, lastState: terminated };
  });
  if (backOff !== undefined) return readiness(next, false, now);
  return readiness({ ...next, phase: exitCode === 0 ? 'Succeeded' : 'Failed' }, false, now);
}

export function restarted(status: PodStatus): PodStatus {
  return eachContainer(status, (container) => ({ ...container, restartCount: container.restartCount + 1 }));
}

function readiness(status: PodStatus, isReady: boolean, now: string): PodStatus {
  const isOver = status.phase === 'Succeeded' || status.phase === 'Failed';
  const names = (status.containerStatuses ?? []).map((container) => container.name).join(' ');
  const reason = isOver ? 'PodCompleted' : 'ContainersNotReady';
  const why = isReady ? {} : isOver ? { reason } : { reason, message: `containers with unready status: [${names}]` };
  const value = isReady ? 'True' : 'False';
  const all: Condition[] = [
    { type: 'PodReadyToStartContainers', status: 'True' },
    { type: 'Initialized', status: 'True' },
    { type: 'Ready', status: value, ...why },
    { type: 'ContainersReady', status: value, ...why },
  ];
  const conditions = all.reduce<Condition[]>((known, next) => withCondition(known, next, now), status.conditions ?? []);
  return { ...status, conditions };
}

function eachContainer(status: PodStatus, change: (container: ContainerStatus) => ContainerStatus): PodStatus {
  return { ...status, containerStatuses: (status.containerStatuses ?? []).map(change) };
}

function imageId(image: string): string {
  const digest = Buffer.from(hashOf(image, 32)).toString('hex').slice(0, 64);
  return `${image.replace(/[:@][^/]*$/, '')}@sha256:${digest}`;
}
