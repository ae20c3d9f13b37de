/**
 * How the lists of the built-in kinds are merged, from the `patchMergeKey` and `x-kubernetes-list-map-keys` marks in
 * the Kubernetes API types. A list that is not named here is atomic: it is replaced whole.
 */
export interface ListRule {
  /** For strategic merge: the field that tells items apart. Absent: a set of plain values. */
  readonly mergeKey?: string;
  /** For server-side apply; several fields where one does not tell items apart. */
  readonly mapKeys?: readonly string[];
}

const by = (mergeKey: string, mapKeys: readonly string[] = [mergeKey]): ListRule => ({ mergeKey, mapKeys });
const SET: ListRule = {};

const ANYWHERE: Readonly<Record<string, ListRule>> = {
  containers: by('name'),
  initContainers: by('name'),
  ephemeralContainers: by('name'),
  env: by('name'),
  volumes: by('name'),
  volumeMounts: by('mountPath'),
  volumeDevices: by('devicePath'),
  imagePullSecrets: by('name'),
  resourceClaims: by('name'),
  schedulingGates: by('name'),
  hostAliases: by('ip'),
  topologySpreadConstraints: by('topologyKey', ['topologyKey', 'whenUnsatisfiable']),
  conditions: by('type'),
  podIPs: by('ip'),
  hostIPs: by('ip'),
  addresses: by('type'),
  ownerReferences: by('uid'),
  secrets: by('name'),
  finalizers: SET,
};

/** @param path the names of the fields from the root of the object to the list, without list positions */
export function listRule(path: readonly string[]): ListRule | undefined {
  const name = path.at(-1) ?? '';
  const parent = path.at(-2) ?? '';
  if (name === 'ports') {
    return parent === 'spec' ? by('port', ['port', 'protocol']) : by('containerPort', ['containerPort', 'protocol']);
  }
  // NodeSpec.taints is merged by key; tolerations and everything else called so are atomic.
  if (name === 'taints') return { mergeKey: 'key' };
  return Object.hasOwn(ANYWHERE, name) ? ANYWHERE[name] : undefined;
}

/** Values of a key that the API server fills in before it compares. */
export const KEY_DEFAULTS: Readonly<Record<string, unknown>> = { protocol: 'TCP' };
