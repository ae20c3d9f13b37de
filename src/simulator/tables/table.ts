import type { Kind } from '../kinds.js';
import type { JsonObject, KubeObject } from '../objects.js';
import type { Column } from './column.js';
import {
  CONFIG_MAP_COLUMNS,
  DEFAULT_COLUMNS,
  EVENT_COLUMNS,
  NAMESPACE_COLUMNS,
  NODE_COLUMNS,
  SECRET_COLUMNS,
  SERVICE_COLUMNS,
} from './core.columns.js';
import {
  CRON_JOB_COLUMNS,
  DAEMON_SET_COLUMNS,
  DEPLOYMENT_COLUMNS,
  JOB_COLUMNS,
  POD_COLUMNS,
  REPLICA_SET_COLUMNS,
  STATEFUL_SET_COLUMNS,
} from './workload.columns.js';

const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  ConfigMap: CONFIG_MAP_COLUMNS,
  CronJob: CRON_JOB_COLUMNS,
  DaemonSet: DAEMON_SET_COLUMNS,
  Deployment: DEPLOYMENT_COLUMNS,
  Event: EVENT_COLUMNS,
  Job: JOB_COLUMNS,
  Namespace: NAMESPACE_COLUMNS,
  Node: NODE_COLUMNS,
  Pod: POD_COLUMNS,
  ReplicaSet: REPLICA_SET_COLUMNS,
  Secret: SECRET_COLUMNS,
  Service: SERVICE_COLUMNS,
  StatefulSet: STATEFUL_SET_COLUMNS,
};

/** A `meta.k8s.io/v1` Table: what `kubectl get` prints. */
export function tableOf(kind: Kind, objects: readonly KubeObject[], metadata: JsonObject): JsonObject {
  const columns = COLUMNS[kind.kind] ?? DEFAULT_COLUMNS;
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(({ name, type = 'string', format = '', priority = 0 }) => {
      return { name, type, format, description: name, priority };
    }),
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object)),
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  };
}
