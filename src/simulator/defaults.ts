import { copy } from './json.js';
import { field, isObject, type JsonObject, type KubeObject } from './objects.js';

/** What the API server fills in for fields that were left out. Changes the object that it is given. */
export function applyDefaults(object: KubeObject): void {
  omitEmptyMaps(object.metadata as unknown as JsonObject);
  const defaults = BY_KIND[object.kind];
  if (!defaults) return;
  object.spec = isObject(object.spec) ? object.spec : {};
  defaults(object.spec as JsonObject, object);
}

type Defaults = (spec: JsonObject, object: KubeObject) => void;

const BY_KIND: Readonly<Record<string, Defaults>> = {
  Pod: (spec) => {
    fillPodSpec(spec, 'Always');
    fill(spec, { enableServiceLinks: true, serviceAccountName: 'default', serviceAccount: 'default' });
  },
  Deployment: (spec) => {
    fill(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600, strategy: {} });
    const strategy = child(spec, 'strategy');
    fill(strategy, { type: 'RollingUpdate' });
    if (strategy['type'] === 'RollingUpdate') {
      fillChild(strategy, 'rollingUpdate', { maxSurge: '25%', maxUnavailable: '25%' });
    }
    fillTemplate(spec);
  },
  ReplicaSet: (spec) => {
    fill(spec, { replicas: 1 });
    fillTemplate(spec);
  },
  StatefulSet: (spec) => {
    fill(spec, { replicas: 1, podManagementPolicy: 'OrderedReady', revisionHistoryLimit: 10 });
    fillChild(spec, 'updateStrategy', { type: 'RollingUpdate', rollingUpdate: { partition: 0 } });
    fillTemplate(spec);
  },
  DaemonSet: (spec) => {
    fill(spec, { revisionHistoryLimit: 10 });
    fillChild(spec, 'updateStrategy', { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } });
    fillTemplate(spec);
  },
  Job: (spec, object) => {
    fillJobSpec(spec);
    if (!spec['selector'] && object.metadata.uid) labelJob(spec, object);
  },
  CronJob: (spec) => {
    fill(spec, {
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    });
    fillJobSpec(child(child(spec, 'jobTemplate'), 'spec'));
  },
  Service: (spec, object) => {
    fill(spec, { type: 'ClusterIP', sessionAffinity: 'None', internalTrafficPolicy: 'Cluster' });
    // A stable address out of the uid, so that the same service keeps it.
    const bytes = Buffer.from(object.metadata.uid.replaceAll('-', ''), 'hex');
    fill(spec, { clusterIP: `10.96.${bytes[0] ?? 0}.${bytes[1] ?? 1}` });
    for (const port of list(spec['ports'])) fill(port, { protocol: 'TCP', targetPort: port['port'] });
  },
  Namespace: (spec, object) => {
    fill(spec, { finalizers: ['kubernetes'] });
    object.metadata.labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name };
    object.status ??= { phase: 'Active' };
  },
};

function fillJobSpec(spec: JsonObject): void {
  fill(spec, { parallelism: 1, completions: 1, backoffLimit: 6, completionMode: 'NonIndexed', suspend: false });
  fillTemplate(spec);
}

/** A Job without a selector selects its own pods by its uid. */
function labelJob(spec: JsonObject, job: KubeObject): void {
  const own = { 'batch.kubernetes.io/controller-uid': job.metadata.uid };
  spec['selector'] = { matchLabels: own };
  const metadata = child(child(spec, 'template'), 'metadata');
  const labels = {
    ...own,
    'batch.kubernetes.io/job-name': job.metadata.name,
    'controller-uid': job.metadata.uid,
    'job-name': job.metadata.name,
  };
  metadata['labels'] = { ...(isObject(metadata['labels']) ? metadata['labels'] : {}), ...labels };
}

function fillTemplate(spec: JsonObject): void {
  const template = child(spec, 'template');
  omitEmptyMaps(child(template, 'metadata'));
  fillPodSpec(child(template, 'spec'), 'Always');
}

/** The API server's types leave empty maps out: when its last annotation goes, an object is as if it never had one. */
function omitEmptyMaps(metadata: JsonObject): void {
  for (const name of ['labels', 'annotations']) {
    const map = metadata[name];
    if (isObject(map) && Object.keys(map).length === 0) Reflect.deleteProperty(metadata, name);
  }
}

function fillPodSpec(spec: JsonObject, restartPolicy: string): void {
  fill(spec, {
    restartPolicy,
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  for (const container of [...list(spec['containers']), ...list(spec['initContainers'])]) fillContainer(container);
}

function fillContainer(container: JsonObject): void {
  const image = typeof container['image'] === 'string' ? container['image'] : '';
  const isLatest = /:latest$/.test(image) || !/[:@][^/]*$/.test(image);
  fill(container, {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: isLatest ? 'Always' : 'IfNotPresent',
  });
  for (const port of list(container['ports'])) fill(port, { protocol: 'TCP' });
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const value = container[probe];
    if (!isObject(value)) continue;
    fill(value, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
    const httpGet = field(value, 'httpGet');
    if (isObject(httpGet)) fill(httpGet, { scheme: 'HTTP', path: '/' });
  }
}

function fill(target: JsonObject, defaults: JsonObject): void {
  for (const [name, value] of Object.entries(defaults)) {
    if (target[name] === undefined || target[name] === null) target[name] = copy(value);
  }
}

function fillChild(target: JsonObject, name: string, defaults: JsonObject): void {
  fill(child(target, name), defaults);
}

function child(target: JsonObject, name: string): JsonObject {
  const known = target[name];
  if (isObject(known)) return known;
  const made: JsonObject = {};
  target[name] = made;
  return made;
}

function list(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
