import { asJson, field, isObject, type KubeObject, textField } from '../objects.js';
import { conditionOf, type EventObject, type Namespace, type Node } from '../workloads.js';
import { ageOf, type Column, formatAge } from './column.js';

const NAME: Column = { name: 'Name', format: 'name', cell: ({ metadata }) => metadata.name };
const AGE: Column = { name: 'Age', cell: ageOf };

export const DEFAULT_COLUMNS: readonly Column[] = [NAME, AGE];

export const NAMESPACE_COLUMNS: readonly Column[] = [
  NAME,
  { name: 'Status', cell: (o) => (o as Namespace).status?.phase ?? '' },
  AGE,
];

export const NODE_COLUMNS: readonly Column[] = [
  NAME,
  { name: 'Status', cell: (o) => nodeStatus(o as Node) },
  { name: 'Roles', cell: () => '<none>' },
  AGE,
  { name: 'Version', cell: (o) => textField(o.status, 'nodeInfo', 'kubeletVersion') },
  { name: 'Internal-IP', priority: 1, cell: (o) => nodeAddress(o as Node) },
  { name: 'External-IP', priority: 1, cell: () => '<none>' },
  { name: 'OS-Image', priority: 1, cell: (o) => textField(o.status, 'nodeInfo', 'osImage') },
  { name: 'Kernel-Version', priority: 1, cell: (o) => textField(o.status, 'nodeInfo', 'kernelVersion') },
  {
    name: 'Container-Runtime',
    priority: 1,
    cell: (o) => textField(o.status, 'nodeInfo', 'containerRuntimeVersion'),
  },
];

export const EVENT_COLUMNS: readonly Column[] = [
  { name: 'Last Seen', cell: (o) => formatAge((o as EventObject).lastTimestamp) },
  { name: 'Type', cell: (o) => (o as EventObject).type },
  { name: 'Reason', cell: (o) => (o as EventObject).reason },
  { name: 'Object', cell: (o) => eventSubject(o) },
  { name: 'Subobject', priority: 1, cell: (o) => textField(o, 'involvedObject', 'fieldPath') },
  { name: 'Source', priority: 1, cell: (o) => (o as EventObject).reportingComponent },
  { name: 'Message', cell: (o) => textField(o, 'message') || textField(o, 'note') },
  { name: 'First Seen', priority: 1, cell: (o) => formatAge((o as EventObject).firstTimestamp) },
  { name: 'Count', priority: 1, cell: (o) => String((o as EventObject).count) },
  { ...NAME, priority: 1 },
];

export const SERVICE_COLUMNS: readonly Column[] = [
  NAME,
  { name: 'Type', cell: (o) => textField(o.spec, 'type') },
  { name: 'Cluster-IP', cell: (o) => textField(o.spec, 'clusterIP') || '<none>' },
  { name: 'External-IP', cell: () => '<none>' },
  { name: 'Port(s)', cell: servicePorts },
  AGE,
  { name: 'Selector', priority: 1, cell: serviceSelector },
];

export const CONFIG_MAP_COLUMNS: readonly Column[] = [NAME, { name: 'Data', type: 'integer', cell: dataCount }, AGE];

export const SECRET_COLUMNS: readonly Column[] = [
  NAME,
  { name: 'Type', cell: (o) => textField(o, 'type') },
  { name: 'Data', type: 'integer', cell: dataCount },
  AGE,
];

function nodeStatus(node: Node): string {
  const status = conditionOf(node, 'Ready')?.status === 'True' ? 'Ready' : 'NotReady';
  return node.spec?.unschedulable ? `${status},SchedulingDisabled` : status;
}

function nodeAddress({ status }: Node): string {
  return status?.addresses?.find((known) => known.type === 'InternalIP')?.address ?? '<none>';
}

/** The object that an event is about, in either of the two forms that events have. */
function eventSubject(event: KubeObject): string {
  const subject = field(event, 'involvedObject') ?? field(event, 'regarding');
  return `${textField(subject, 'kind').toLowerCase()}/${textField(subject, 'name')}`;
}

function servicePorts(service: KubeObject): string {
  const ports = field(service.spec, 'ports');
  if (!Array.isArray(ports)) return '<none>';
  return ports.map((port: unknown) => `${Number(field(port, 'port'))}/${textField(port, 'protocol')}`).join(',');
}

function serviceSelector(service: KubeObject): string {
  const selector = field(service.spec, 'selector');
  if (!isObject(selector)) return '<none>';
  return Object.keys(selector)
    .map((name) => `${name}=${textField(selector, name)}`)
    .join(',');
}

function dataCount(object: KubeObject): number {
  const { data, binaryData } = asJson(object);
  return Object.keys({ ...(data as object | undefined), ...(binaryData as object | undefined) }).length;
}
