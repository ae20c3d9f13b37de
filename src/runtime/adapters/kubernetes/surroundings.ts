import type { Cluster, Target } from './cluster.js';
import { Deadline } from './deadline.js';
import { type EventSummary, readEvents } from './event.reader.js';
import { type JsonObject, textAt } from './json.js';
import { podSelectorOf } from './label.selector.js';
import { nameOf } from './object.reader.js';
import { type PodStatus, podStatus } from './pod.status.js';
import { isControlledBy, podsOf } from './workload.reader.js';

const POD_LIMIT = 10;
const EVENT_LIMIT = 5;
/** Listing stops here: a namespace in distress can hold tens of thousands of events. */
const EVENTS_READ = 5000;

export type Diagnosis = {
  /** Those that are not ready first. */
  readonly pods: readonly Omit<PodStatus, 'ready'>[];
  /** The last ones about the object and what belongs to it, oldest first. */
  readonly events: readonly EventSummary[];
};

/** What a person would look at first when an object is not well, collected within `ms`; what cannot be read is left out. */
export async function diagnose(cluster: Cluster, target: Target, ms: number): Promise<Diagnosis> {
  const deadline = new Deadline(new AbortController().signal, ms);
  const { signal } = deadline;
  try {
    const object = await cluster.read(target, signal).catch(() => undefined);
    const events = eventsIn(cluster, target.ref.namespace, signal).catch(() => []);
    const members = object ? await membersOf(cluster, target, object, signal).catch(() => NOBODY) : NOBODY;
    const statuses = members.pods.map(podStatus).sort((a, b) => Number(a.ready) - Number(b.ready));
    return {
      pods: statuses.slice(0, POD_LIMIT).map(({ name, phase, reason, message, restarts }) => ({
        ...{ name, phase, reason, message, restarts },
      })),
      events: mostTelling(readEvents((await events).filter(isAbout(target, members)))),
    };
  } finally {
    deadline.end();
  }
}

/** The last ones; warnings before what is normal. */
function mostTelling(events: readonly EventSummary[]): readonly EventSummary[] {
  const warnings = events.filter(({ type }) => type === 'Warning').slice(-EVENT_LIMIT);
  const others = events.filter(({ type }) => type !== 'Warning').slice(-EVENT_LIMIT);
  const room = EVENT_LIMIT - warnings.length;
  const chosen = new Set([...warnings, ...(room > 0 ? others.slice(-room) : [])]);
  return events.filter((event) => chosen.has(event));
}

/** Events about an object, its pods and, for a Deployment, its ReplicaSets; oldest first. */
export async function eventsAbout(cluster: Cluster, target: Target, signal: AbortSignal): Promise<EventSummary[]> {
  const object = await cluster.read(target, signal);
  const members = await membersOf(cluster, target, object, signal);
  return readEvents((await eventsIn(cluster, target.ref.namespace, signal)).filter(isAbout(target, members)));
}

export async function eventsIn(
  cluster: Cluster,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<readonly JsonObject[]> {
  const resource = await cluster.findKind({ kind: 'Event' }, signal);
  // Events about what lives in no namespace are kept in `default`.
  const query = { namespace: namespace ?? 'default' };
  return (await cluster.list(resource, query, signal, (items) => items.length >= EVENTS_READ)).items;
}

interface Members {
  readonly pods: readonly JsonObject[];
  readonly replicaSets: readonly JsonObject[];
}

const NOBODY: Members = { pods: [], replicaSets: [] };

async function membersOf(cluster: Cluster, { ref }: Target, object: JsonObject, signal: AbortSignal): Promise<Members> {
  if (ref.kind === 'Pod') return { pods: [object], replicaSets: [] };
  const labelSelector = podSelectorOf(object);
  const { namespace } = ref;
  if (labelSelector === undefined || namespace === undefined) return NOBODY;
  const pods = podsOf(cluster, namespace, labelSelector, signal);
  if (ref.kind !== 'Deployment') return { pods: await pods, replicaSets: [] };
  const resource = await cluster.findKind({ kind: 'ReplicaSet' }, signal);
  const [found, sets] = await Promise.all([pods, cluster.list(resource, { namespace, labelSelector }, signal)]);
  return { pods: found, replicaSets: sets.items.filter((set) => isControlledBy(set, object)) };
}

function isAbout({ ref }: Target, { pods, replicaSets }: Members): (event: JsonObject) => boolean {
  const wanted = new Set([
    `${ref.kind}/${ref.name}`,
    ...pods.map((pod) => `Pod/${nameOf(pod)}`),
    ...replicaSets.map((set) => `ReplicaSet/${nameOf(set)}`),
  ]);
  return (event) => {
    const kind = textAt(event, 'involvedObject', 'kind') ?? '';
    return wanted.has(`${kind}/${textAt(event, 'involvedObject', 'name') ?? ''}`);
  };
}
