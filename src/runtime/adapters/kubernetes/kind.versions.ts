/**
 * The API version of the built-in kinds, for input that names none. A list instead of a search through all groups: a
 * custom resource must not be able to take the place of a built-in kind of the same name.
 */
const KINDS_BY_VERSION: Readonly<Record<string, readonly string[]>> = {
  v1: [
    ...['ConfigMap', 'Endpoints', 'Event', 'LimitRange', 'Namespace', 'Node', 'PersistentVolume'],
    ...['PersistentVolumeClaim', 'Pod', 'PodTemplate', 'ReplicationController', 'ResourceQuota', 'Secret', 'Service'],
    'ServiceAccount',
  ],
  'apps/v1': ['ControllerRevision', 'DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'],
  'batch/v1': ['CronJob', 'Job'],
  'autoscaling/v2': ['HorizontalPodAutoscaler'],
  'networking.k8s.io/v1': ['Ingress', 'IngressClass', 'NetworkPolicy'],
  'policy/v1': ['PodDisruptionBudget'],
  'rbac.authorization.k8s.io/v1': ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
  'storage.k8s.io/v1': ['CSIDriver', 'CSINode', 'StorageClass', 'VolumeAttachment'],
  'scheduling.k8s.io/v1': ['PriorityClass'],
  'coordination.k8s.io/v1': ['Lease'],
  'discovery.k8s.io/v1': ['EndpointSlice'],
  'apiextensions.k8s.io/v1': ['CustomResourceDefinition'],
};

const VERSIONS: ReadonlyMap<string, string> = new Map(
  Object.entries(KINDS_BY_VERSION).flatMap(([version, kinds]) => kinds.map((kind) => [kind, version] as const)),
);

export function builtInVersionOf(kind: string): string | undefined {
  return VERSIONS.get(kind);
}
