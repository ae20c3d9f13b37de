import { parseAllDocuments } from 'yaml';

import type { Cluster } from './cluster.js';
import { kindOf, NAMESPACES, NODES, SERVICE_ACCOUNTS } from './kinds.js';
import { isObject, type KubeObject, timestamp } from './objects.js';
import { GIT_VERSION } from './version.js';
import type { Node } from './workloads.js';

const SYSTEM_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/**
 * Puts the objects of a YAML text with several documents into an empty cluster. Namespaces that the objects name are
 * made, and two nodes when there is none.
 * @throws Error that names the document that cannot be used
 */
export function seed(cluster: Cluster, manifests: string): void {
  const objects = parseAllDocuments(manifests).flatMap((document, i) => readDocument(document, i));
  const named = objects.filter((o) => o.kind === 'Namespace').map((o) => o.metadata.name);
  const used = objects.flatMap((o) => o.metadata.namespace ?? []);
  const missing = new Set([...SYSTEM_NAMESPACES, ...used].filter((name) => !named.includes(name)));
  for (const name of missing) create(cluster, emptyObject('Namespace', name));
  for (const object of objects.filter((o) => o.kind === 'Namespace')) create(cluster, object);
  if (!objects.some((object) => object.kind === 'Node')) {
    for (const name of ['node-1', 'node-2']) create(cluster, emptyObject('Node', name));
  }
  for (const object of objects.filter((o) => o.kind !== 'Namespace')) create(cluster, object);
}

function readDocument(document: ReturnType<typeof parseAllDocuments>[number], index: number): KubeObject[] {
  const where = `document ${index + 1} of the manifests`;
  if (document.errors[0]) throw new Error(`${where}: ${document.errors[0].message}`);
  const value: unknown = document.toJS();
  if (value === null || value === undefined) return [];
  const isNamed = isObject(value) && isObject(value['metadata']) && typeof value['metadata']['name'] === 'string';
  if (!isNamed) throw new Error(`${where} is not an object with apiVersion, kind and metadata.name`);
  const object = value as unknown as KubeObject;
  const kind = kindOf(object.apiVersion, object.kind);
  if (!kind) throw new Error(`${where}: the simulator does not know ${object.apiVersion} ${object.kind}`);
  if (kind.namespaced) object.metadata.namespace ??= 'default';
  return [object];
}

function create(cluster: Cluster, object: KubeObject): void {
  const kind = kindOf(object.apiVersion, object.kind);
  if (!kind) return;
  const whole = kind === NODES ? completeNode(object as Node, cluster) : object;
  cluster.writer.create(kind, whole, { keepStatus: true, manager: 'seed' });
  if (kind === NAMESPACES) {
    const account = emptyObject('ServiceAccount', 'default');
    account.metadata.namespace = object.metadata.name;
    cluster.writer.create(SERVICE_ACCOUNTS, account);
  }
}

function emptyObject(kind: string, name: string): KubeObject {
  const metadata = { name, uid: '', resourceVersion: '', creationTimestamp: '' };
  return { apiVersion: 'v1', kind, metadata };
}

/** What a node reports of itself, for a manifest that only names it. */
function completeNode(node: Node, { store, clock }: Cluster): Node {
  const number = store.list(NODES).length + 1;
  const now = timestamp(clock.now());
  const { name } = node.metadata;
  const labels = {
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    ...node.metadata.labels,
  };
  const healthy = { lastTransitionTime: now, reason: 'KubeletHasSufficientMemory' };
  return {
    ...node,
    metadata: { ...node.metadata, labels },
    spec: { podCIDR: `10.244.${number}.0/24`, ...node.spec },
    status: {
      ...{
        capacity: { cpu: '4', memory: '16384Mi', pods: '110' },
        allocatable: { cpu: '4', memory: '16000Mi', pods: '110' },
      },
      addresses: [
        { type: 'InternalIP', address: `10.0.0.${10 + number}` },
        { type: 'Hostname', address: name },
      ],
      conditions: [
        { type: 'MemoryPressure', status: 'False', message: 'kubelet has sufficient memory available', ...healthy },
        { type: 'DiskPressure', status: 'False', ...healthy, reason: 'KubeletHasNoDiskPressure' },
        { type: 'PIDPressure', status: 'False', ...healthy, reason: 'KubeletHasSufficientPID' },
        {
          type: 'Ready',
          status: 'True',
          message: 'kubelet is posting ready status',
          ...healthy,
          reason: 'KubeletReady',
        },
      ],
      nodeInfo: {
        architecture: 'amd64',
        bootID: '',
        containerRuntimeVersion: 'containerd://2.1.4',
        kernelVersion: '6.1.0',
        kubeProxyVersion: '',
        kubeletVersion: GIT_VERSION,
        machineID: '',
        operatingSystem: 'linux',
        osImage: 'Atom simulator',
        systemUUID: '',
      },
      ...node.status,
    },
  };
}
