/**
 * Makes fields.json: the fields of the kinds that the simulator knows, out of the Kubernetes API types (Apache-2.0).
 * Run by hand when the Kubernetes release changes:
 *   go mod download k8s.io/api@v0.35.0 k8s.io/apimachinery@v0.35.0
 *   node src/simulator/schema/extract.mjs "$(go env GOMODCACHE)/k8s.io" v0.35.0
 *
 * One field is `<number> <marks><type>`: number of the field in protobuf; marks `*` may be absent (a pointer in Go),
 * `[]` list, `{}` map by string, `~` its fields stand in the parent's JSON.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const [cache, version] = process.argv.slice(2);
const PACKAGES = {
  'core/v1': `api@${version}/core/v1`,
  'apps/v1': `api@${version}/apps/v1`,
  'batch/v1': `api@${version}/batch/v1`,
  'autoscaling/v1': `api@${version}/autoscaling/v1`,
  'autoscaling/v2': `api@${version}/autoscaling/v2`,
  'policy/v1': `api@${version}/policy/v1`,
  'events.k8s.io/v1': `api@${version}/events/v1`,
  'authorization.k8s.io/v1': `api@${version}/authorization/v1`,
  'meta/v1': `apimachinery@${version}/pkg/apis/meta/v1`,
};
const LONG_NAMES = {
  'k8s.io.api.core.v1': 'core/v1',
  'k8s.io.apimachinery.pkg.apis.meta.v1': 'meta/v1',
  'k8s.io.apimachinery.pkg.api.resource': 'resource',
  'k8s.io.apimachinery.pkg.runtime': 'runtime',
  'k8s.io.apimachinery.pkg.util.intstr': 'intstr',
};
const ROOTS = [
  ...['ConfigMap', 'Event', 'Namespace', 'Node', 'Pod', 'Secret', 'Service', 'ServiceAccount'].map(
    (k) => `core/v1.${k}`,
  ),
  ...['ControllerRevision', 'DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'].map((k) => `apps/v1.${k}`),
  'batch/v1.CronJob',
  'batch/v1.Job',
  'autoscaling/v1.Scale',
  'autoscaling/v2.HorizontalPodAutoscaler',
  'policy/v1.Eviction',
  'events.k8s.io/v1.Event',
  'authorization.k8s.io/v1.SelfSubjectAccessReview',
  'meta/v1.DeleteOptions',
];
const SCALARS = ['string', 'bytes', 'bool', 'int32', 'int64', 'double'];

const all = {};
for (const [name, folder] of Object.entries(PACKAGES)) {
  const proto = readFileSync(`${cache}/${folder}/generated.proto`, 'utf8');
  const go = readFileSync(`${cache}/${folder}/types.go`, 'utf8');
  for (const [, message, body] of proto.matchAll(/^message (\w+) \{\n([\s\S]*?)^\}/gm)) {
    all[`${name}.${message}`] = readFields(name, body, pointersOf(go, message), inlineOf(go, message));
  }
}

const wanted = {};
const queue = [...ROOTS];
while (queue.length > 0) {
  const name = queue.shift();
  if (wanted[name] || !all[name]) continue;
  wanted[name] = all[name];
  queue.push(...Object.values(all[name]).map((field) => field.replace(/^\d+ [*[\]{}~]*/, '')));
}
const sorted = Object.fromEntries(Object.entries(wanted).sort(([a], [b]) => (a < b ? -1 : 1)));
const file = new URL('./fields.json', import.meta.url);
writeFileSync(file, `${JSON.stringify({ source: `k8s.io/api ${version}`, types: sorted }, null, 1)}\n`);

function readFields(pkg, body, pointers, inline) {
  const fields = {};
  for (const line of body.split('\n')) {
    const map = /^\s+map<string, ([\w.]+)> (\w+) = (\d+);/.exec(line);
    const one = /^\s+(optional|repeated) ([\w.]+) (\w+) = (\d+);/.exec(line);
    if (map) fields[map[2]] = `${map[3]} {}${typeName(pkg, map[1])}`;
    if (!one) continue;
    const [, label, type, name, number] = one;
    const mark = inline.includes(name) ? '~' : label === 'repeated' ? '[]' : pointers.includes(name) ? '*' : '';
    fields[name] = `${number} ${mark}${typeName(pkg, type)}`;
  }
  return fields;
}

function typeName(pkg, type) {
  if (SCALARS.includes(type)) return type;
  const at = type.lastIndexOf('.');
  if (at < 0) return `${pkg}.${type}`;
  const long = type.slice(0, at).replace(/^\./, '');
  return `${LONG_NAMES[long] ?? long}.${type.slice(at + 1)}`;
}

function structOf(go, message) {
  return new RegExp(`^type ${message} struct \\{\\n([\\s\\S]*?)^\\}`, 'm').exec(go)?.[1] ?? '';
}

function pointersOf(go, message) {
  return [...structOf(go, message).matchAll(/^\t\w+\s+\*\S+\s+`json:"(\w+)/gm)].map(([, name]) => name);
}

function inlineOf(go, message) {
  const fields = structOf(go, message).matchAll(/^\t(\w+)\s+`json:",inline" protobuf:"([^"]*)"/gm);
  return [...fields].map(([, type, tag]) => /name=(\w+)/.exec(tag)?.[1] ?? type[0].toLowerCase() + type.slice(1));
}
