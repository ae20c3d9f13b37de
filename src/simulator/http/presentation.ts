import { groupVersion, NEW_EVENTS } from '../kinds.js';
import { asJson, type JsonObject, type KubeObject } from '../objects.js';
import { tableOf } from '../tables/table.js';
import type { EventObject } from '../workloads.js';
import type { ResourceRequest } from './request.js';

type Shape = 'object' | 'table' | 'metadata';

/** Which form the client asks for: the first one of `Accept` that is known. */
export function shapeOf(accept: string): Shape {
  for (const part of accept.split(',')) {
    if (/as=Table/.test(part)) return 'table';
    if (/as=PartialObjectMetadata/.test(part)) return 'metadata';
    if (/application\/json|\*\/\*/.test(part)) return 'object';
  }
  return 'object';
}

/** One object in the form that the client asks for. */
export function present(object: KubeObject, request: ResourceRequest): JsonObject {
  const shape = shapeOf(request.accept);
  if (shape === 'table') return tableOf(request.kind, [object], { resourceVersion: '' });
  return shape === 'metadata' ? metadataOnly(object) : asJson(viewed(object, request));
}

export function presentList(list: JsonObject, objects: readonly KubeObject[], request: ResourceRequest): JsonObject {
  const shape = shapeOf(request.accept);
  if (shape === 'table') return tableOf(request.kind, objects, list['metadata'] as JsonObject);
  if (shape === 'object') return { ...list, items: objects.map((object) => viewed(object, request)) };
  const partial = { ...list, apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadataList' };
  return { ...partial, items: objects.map(metadataOnly) };
}

function metadataOnly({ metadata }: KubeObject): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}

/** Events are stored once and shown in two API groups. */
function viewed(object: KubeObject, { kind }: ResourceRequest): KubeObject {
  return kind === NEW_EVENTS ? newEvent(object as EventObject) : object;
}

function newEvent(event: EventObject): KubeObject {
  const { involvedObject, message, count, firstTimestamp, lastTimestamp, source, metadata, ...rest } = event;
  return {
    ...rest,
    apiVersion: groupVersion(NEW_EVENTS),
    kind: NEW_EVENTS.kind,
    metadata,
    ...{
      regarding: involvedObject,
      note: message,
      reportingController: event.reportingComponent,
      deprecatedCount: count,
      deprecatedFirstTimestamp: firstTimestamp,
      deprecatedLastTimestamp: lastTimestamp,
      deprecatedSource: source,
    },
  };
}
