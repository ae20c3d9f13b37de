import type { KubeObject } from './objects.js';
import type {
  ControllerRevision,
  DaemonSet,
  Deployment,
  EventObject,
  Job,
  Namespace,
  Node,
  Pod,
  ReplicaSet,
  StatefulSet,
} from './workloads.js';

export type Subresource = 'status' | 'scale' | 'log' | 'eviction';

/** One row of the table of kinds that the server knows. */
export interface Kind<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly Subresource[];
  /** Create only: the answer is computed and nothing is stored. */
  readonly review: boolean;
  /** Rows with the same value are two views of the same stored objects. */
  readonly storage: string;
  /** Type only, never set: what the objects of this kind look like. */
  readonly object?: T;
}

interface Options {
  shortNames?: string[];
  all?: boolean;
  sub?: Subresource[];
  clusterWide?: boolean;
  review?: boolean;
  storage?: string;
}

function row<T extends KubeObject = KubeObject>(gv: string, kind: string, plural: string, o: Options = {}): Kind<T> {
  const [first = '', second] = gv.split('/');
  const group = second === undefined ? '' : first;
  return {
    group,
    version: second ?? first,
    kind,
    plural,
    singular: kind.toLowerCase(),
    namespaced: o.clusterWide !== true,
    shortNames: o.shortNames ?? [],
    categories: o.all === true ? ['all'] : [],
    subresources: o.sub ?? [],
    review: o.review === true,
    storage: o.storage ?? `${plural}.${group}`,
  };
}

const scalable: Subresource[] = ['status', 'scale'];

export const NAMESPACES = row<Namespace>('v1', 'Namespace', 'namespaces', {
  shortNames: ['ns'],
  clusterWide: true,
  sub: ['status'],
});
export const NODES = row<Node>('v1', 'Node', 'nodes', { shortNames: ['no'], clusterWide: true, sub: ['status'] });
export const PODS = row<Pod>('v1', 'Pod', 'pods', {
  shortNames: ['po'],
  all: true,
  sub: ['status', 'log', 'eviction'],
});
export const SERVICES = row('v1', 'Service', 'services', { shortNames: ['svc'], all: true, sub: ['status'] });
export const CONFIG_MAPS = row('v1', 'ConfigMap', 'configmaps', { shortNames: ['cm'] });
export const SECRETS = row('v1', 'Secret', 'secrets');
export const SERVICE_ACCOUNTS = row('v1', 'ServiceAccount', 'serviceaccounts', { shortNames: ['sa'] });
export const EVENTS = row<EventObject>('v1', 'Event', 'events', { shortNames: ['ev'], storage: 'events' });
export const DEPLOYMENTS = row<Deployment>('apps/v1', 'Deployment', 'deployments', {
  shortNames: ['deploy'],
  all: true,
  sub: scalable,
});
export const REPLICA_SETS = row<ReplicaSet>('apps/v1', 'ReplicaSet', 'replicasets', {
  shortNames: ['rs'],
  all: true,
  sub: scalable,
});
export const STATEFUL_SETS = row<StatefulSet>('apps/v1', 'StatefulSet', 'statefulsets', {
  shortNames: ['sts'],
  all: true,
  sub: scalable,
});
export const DAEMON_SETS = row<DaemonSet>('apps/v1', 'DaemonSet', 'daemonsets', {
  shortNames: ['ds'],
  all: true,
  sub: ['status'],
});
export const CONTROLLER_REVISIONS = row<ControllerRevision>('apps/v1', 'ControllerRevision', 'controllerrevisions');
export const JOBS = row<Job>('batch/v1', 'Job', 'jobs', { all: true, sub: ['status'] });
export const CRON_JOBS = row('batch/v1', 'CronJob', 'cronjobs', { shortNames: ['cj'], all: true, sub: ['status'] });
export const AUTOSCALERS = row('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', {
  shortNames: ['hpa'],
  all: true,
  sub: ['status'],
});
export const NEW_EVENTS = row('events.k8s.io/v1', 'Event', 'events', { shortNames: ['ev'], storage: 'events' });
export const ACCESS_REVIEWS = row('authorization.k8s.io/v1', 'SelfSubjectAccessReview', 'selfsubjectaccessreviews', {
  clusterWide: true,
  review: true,
});

export const KINDS: readonly Kind[] = [
  CONFIG_MAPS,
  EVENTS,
  NAMESPACES,
  NODES,
  PODS,
  SECRETS,
  SERVICE_ACCOUNTS,
  SERVICES,
  CONTROLLER_REVISIONS,
  DAEMON_SETS,
  DEPLOYMENTS,
  REPLICA_SETS,
  STATEFUL_SETS,
  CRON_JOBS,
  JOBS,
  AUTOSCALERS,
  NEW_EVENTS,
  ACCESS_REVIEWS,
];

export function groupVersion(kind: Kind): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
}

/** As error texts name a resource: `deployments.apps`, `pods`. */
export function resourceName(kind: Kind): string {
  return kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`;
}

export function kindOf(apiVersion: string, kind: string): Kind | undefined {
  return KINDS.find((known) => known.kind === kind && groupVersion(known) === apiVersion);
}
