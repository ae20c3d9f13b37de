import { field, type KubeObject } from '../objects.js';
import { formatSelector } from '../selectors.js';
import type {
  Condition,
  Container,
  ContainerStatus,
  DaemonSet,
  Deployment,
  Job,
  LabelSelector,
  Pod,
  PodTemplate,
  ReplicaSet,
  StatefulSet,
} from '../workloads.js';
import { ageOf, type Column, formatAge, formatDuration } from './column.js';

const NAME: Column = { name: 'Name', format: 'name', cell: ({ metadata }) => metadata.name };
const AGE: Column = { name: 'Age', cell: ageOf };

const TEMPLATE: readonly Column[] = [
  { name: 'Containers', priority: 1, cell: (o) => join(containersOf(o).map((container) => container.name)) },
  { name: 'Images', priority: 1, cell: (o) => join(containersOf(o).map((container) => container.image)) },
  { name: 'Selector', priority: 1, cell: selectorOf },
];

export const POD_COLUMNS: readonly Column[] = [
  NAME,
  { name: 'Ready', cell: (o) => readyContainers(o as Pod) },
  { name: 'Status', cell: (o) => podReason(o as Pod) },
  { name: 'Restarts', cell: (o) => restarts(o as Pod) },
  AGE,
  { name: 'IP', priority: 1, cell: (o) => (o as Pod).status.podIP ?? '<none>' },
  { name: 'Node', priority: 1, cell: (o) => (o as Pod).spec.nodeName ?? '<none>' },
  { name: 'Nominated Node', priority: 1, cell: () => '<none>' },
  { name: 'Readiness Gates', priority: 1, cell: () => '<none>' },
];

export const DEPLOYMENT_COLUMNS: readonly Column[] = [
  NAME,
  { name: 'Ready', cell: (o) => readyOf(o as Deployment) },
  { name: 'Up-to-date', type: 'integer', cell: (o) => (o as Deployment).status?.updatedReplicas ?? 0 },
  { name: 'Available', type: 'integer', cell: (o) => (o as Deployment).status?.availableReplicas ?? 0 },
  AGE,
  ...TEMPLATE,
];

export const REPLICA_SET_COLUMNS: readonly Column[] = [
  NAME,
  { name: 'Desired', type: 'integer', cell: (o) => (o as ReplicaSet).spec.replicas },
  { name: 'Current', type: 'integer', cell: (o) => (o as ReplicaSet).status?.replicas ?? 0 },
  { name: 'Ready', type: 'integer', cell: (o) => (o as ReplicaSet).status?.readyReplicas ?? 0 },
  AGE,
  ...TEMPLATE,
];

export const STATEFUL_SET_COLUMNS: readonly Column[] = [
  NAME,
  { name: 'Ready', cell: (o) => readyOf(o as StatefulSet) },
  AGE,
  ...TEMPLATE.slice(0, 2),
];

export const DAEMON_SET_COLUMNS: readonly Column[] = [
  NAME,
  ...(
    [
      ['Desired', 'desiredNumberScheduled'],
      ['Current', 'currentNumberScheduled'],
      ['Ready', 'numberReady'],
      ['Up-to-date', 'updatedNumberScheduled'],
      ['Available', 'numberAvailable'],
    ] as const
  ).map(([name, key]): Column => {
    return { name, type: 'integer', cell: (o) => (o as DaemonSet).status?.[key] ?? 0 };
  }),
  { name: 'Node Selector', cell: () => '<none>' },
  AGE,
  ...TEMPLATE,
];

export const JOB_COLUMNS: readonly Column[] = [
  NAME,
  { name: 'Status', cell: (o) => jobStatus(o as Job) },
  { name: 'Completions', cell: (o) => `${(o as Job).status?.succeeded ?? 0}/${(o as Job).spec.completions ?? 1}` },
  { name: 'Duration', cell: (o) => jobDuration(o as Job) },
  AGE,
  ...TEMPLATE,
];

export const CRON_JOB_COLUMNS: readonly Column[] = [
  NAME,
  { name: 'Schedule', cell: (o) => text(field(o.spec, 'schedule')) },
  { name: 'Timezone', cell: (o) => text(field(o.spec, 'timeZone')) },
  { name: 'Suspend', cell: (o) => (field(o.spec, 'suspend') === true ? 'True' : 'False') },
  { name: 'Active', type: 'integer', cell: (o) => ((field(o.status, 'active') as unknown[] | undefined) ?? []).length },
  { name: 'Last Schedule', cell: (o) => lastSchedule(o) },
  AGE,
];

function containersOf(object: KubeObject): readonly Container[] {
  return (field(object.spec, 'template') as PodTemplate | undefined)?.spec.containers ?? [];
}

function selectorOf(object: KubeObject): string {
  return formatSelector(field(object.spec, 'selector') as LabelSelector | undefined) || '<none>';
}

function readyOf({ spec, status }: Deployment | StatefulSet): string {
  return `${status?.readyReplicas ?? 0}/${spec.replicas}`;
}

function readyContainers({ spec, status }: Pod): string {
  const ready = (status.containerStatuses ?? []).filter((container) => container.ready).length;
  return `${ready}/${spec.containers.length}`;
}

/** What kubectl prints as the status of a pod: the reason of the container that is worst off, else the phase. */
export function podReason({ metadata, status }: Pod): string {
  if (metadata.deletionTimestamp) return 'Terminating';
  const reasons = (status.containerStatuses ?? []).map(reasonOf).filter((reason) => reason !== undefined);
  return reasons[0] ?? status.reason ?? status.phase;
}

function reasonOf({ state }: ContainerStatus): string | undefined {
  return state.waiting?.reason ?? state.terminated?.reason;
}

function restarts({ status }: Pod): string {
  const count = Math.max(0, ...(status.containerStatuses ?? []).map((container) => container.restartCount));
  const last = status.containerStatuses?.map((c) => c.lastState.terminated?.finishedAt).find((at) => at !== undefined);
  return count === 0 || last === undefined ? String(count) : `${count} (${formatAge(last)} ago)`;
}

function jobStatus({ metadata, spec, status }: Job): string {
  const isTrue = (type: string): boolean =>
    (status?.conditions ?? []).some((condition: Condition) => condition.type === type && condition.status === 'True');
  if (isTrue('Complete')) return 'Complete';
  if (isTrue('Failed')) return 'Failed';
  if (metadata.deletionTimestamp) return 'Terminating';
  return spec.suspend ? 'Suspended' : 'Running';
}

function jobDuration({ status }: Job): string {
  if (status?.startTime === undefined) return '';
  const end = status.completionTime === undefined ? Date.now() : Date.parse(status.completionTime);
  return formatDuration((end - Date.parse(status.startTime)) / 1000);
}

function lastSchedule(object: KubeObject): string {
  const at = field(object.status, 'lastScheduleTime');
  return typeof at === 'string' ? formatAge(at) : '<none>';
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '<none>';
}

function join(values: readonly string[]): string {
  return values.join(',');
}
