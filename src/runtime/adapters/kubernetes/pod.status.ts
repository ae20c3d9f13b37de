import { conditionOf } from './condition.js';
import { type JsonObject, listAt, numberAt, textAt } from './json.js';
import { nameOf } from './object.reader.js';

/** Why a pod is not what it should be. */
export interface PodStatus {
  readonly name: string;
  readonly phase: string;
  readonly ready: boolean;
  /** One word, such as CrashLoopBackOff or Unschedulable; '' for a pod that has nothing to complain of. */
  readonly reason: string;
  readonly message: string;
  /** Of all its containers together. */
  readonly restarts: number;
}

interface Complaint {
  readonly reason: string;
  readonly message: string;
}

export function podStatus(pod: JsonObject): PodStatus {
  const containers = [...listAt(pod, 'status', 'initContainerStatuses'), ...listAt(pod, 'status', 'containerStatuses')];
  const phase = textAt(pod, 'status', 'phase') ?? 'Unknown';
  const ready = textAt(conditionOf(pod, 'Ready'), 'status') === 'True';
  const complaint = ready ? undefined : complaintOf(pod, containers);
  return {
    ...{ name: nameOf(pod), phase, ready },
    ...(complaint ?? { reason: '', message: '' }),
    restarts: containers.reduce<number>((sum, container) => sum + (numberAt(container, 'restartCount') ?? 0), 0),
  };
}

/** The most telling one first: a container that cannot run, then the pod as a whole. */
function complaintOf(pod: JsonObject, containers: readonly unknown[]): Complaint | undefined {
  if (textAt(pod, 'metadata', 'deletionTimestamp')) return { reason: 'Terminating', message: 'The pod is ending.' };
  for (const container of containers) {
    const complaint = containerComplaint(container);
    if (complaint) return complaint;
  }
  const reason = textAt(pod, 'status', 'reason');
  if (reason) return { reason, message: textAt(pod, 'status', 'message') ?? '' };
  for (const type of ['PodScheduled', 'Ready']) {
    const condition = conditionOf(pod, type);
    const why = textAt(condition, 'reason');
    if (textAt(condition, 'status') === 'False' && why) {
      return { reason: why, message: textAt(condition, 'message') ?? '' };
    }
  }
  return undefined;
}

function containerComplaint(container: unknown): Complaint | undefined {
  const name = textAt(container, 'name') ?? '';
  const waiting = textAt(container, 'state', 'waiting', 'reason');
  // These two every healthy pod goes through.
  if (waiting && waiting !== 'ContainerCreating' && waiting !== 'PodInitializing') {
    const words = [textAt(container, 'state', 'waiting', 'message'), exitOf(container, 'lastState')];
    return { reason: waiting, message: `Container ${name}: ${words.filter(Boolean).join('; ') || 'no reason given'}` };
  }
  const exit = exitOf(container, 'state');
  if (!exit || numberAt(container, 'state', 'terminated', 'exitCode') === 0) return undefined;
  const reason = textAt(container, 'state', 'terminated', 'reason') ?? 'Error';
  return { reason, message: `Container ${name}: ${exit}` };
}

function exitOf(container: unknown, state: 'state' | 'lastState'): string | undefined {
  const code = numberAt(container, state, 'terminated', 'exitCode');
  if (code === undefined) return undefined;
  const reason = textAt(container, state, 'terminated', 'reason');
  const message = textAt(container, state, 'terminated', 'message')?.trim();
  const words = [`exited with ${code}`, reason && reason !== 'Error' ? reason : undefined, message];
  return words.filter(Boolean).join(', ').slice(0, 500);
}
