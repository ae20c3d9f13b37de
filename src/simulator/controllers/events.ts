import type { Cluster } from '../cluster.js';
import { copy } from '../json.js';
import { EVENTS, NAMESPACES } from '../kinds.js';
import { randomSuffix } from '../names.js';
import { type KubeObject, timestamp } from '../objects.js';
import type { EventObject } from '../workloads.js';

export interface EventText {
  readonly type?: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly component: string;
  readonly host?: string;
  readonly fieldPath?: string;
}

/** Notes what happened to an object. The same thing again only raises the count of the event that is there. */
export function recordEvent({ store, writer, clock }: Cluster, about: KubeObject, text: EventText): void {
  const { uid, name, resourceVersion } = about.metadata;
  const namespace = about.metadata.namespace ?? 'default';
  // Nothing may be added to a namespace that is going away, or it would never be empty.
  const home = store.get(NAMESPACES, undefined, namespace);
  if (!home || home.metadata.deletionTimestamp) return;
  const now = timestamp(clock.now());
  const known = store
    .list(EVENTS, namespace)
    .find((e) => e.involvedObject['uid'] === uid && e.reason === text.reason && e.message === text.message);
  if (known) {
    writer.update(EVENTS, { ...copy(known), count: known.count + 1, lastTimestamp: now });
    return;
  }
  const event: EventObject = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${randomSuffix(16)}`, namespace, uid: '', resourceVersion: '', creationTimestamp: now },
    involvedObject: {
      kind: about.kind,
      ...(about.metadata.namespace !== undefined && { namespace }),
      name,
      uid,
      apiVersion: about.apiVersion,
      resourceVersion,
      ...(text.fieldPath !== undefined && { fieldPath: text.fieldPath }),
    },
    reason: text.reason,
    message: text.message,
    source: { component: text.component, ...(text.host !== undefined && { host: text.host }) },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
    type: text.type ?? 'Normal',
    eventTime: null,
    reportingComponent: text.component,
    reportingInstance: text.host ?? '',
  };
  writer.create(EVENTS, event);
}
