import type { ServerResponse } from 'node:http';

import { ApiError } from '../api.error.js';
import type { Cluster } from '../cluster.js';
import { groupVersion } from '../kinds.js';
import { field, type KubeObject } from '../objects.js';
import type { Change, ObjectStore } from '../store.js';
import { selectorOf } from './list.js';
import { present, shapeOf } from './presentation.js';
import type { Reply } from './reply.js';
import type { ResourceRequest } from './request.js';

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: unknown;
}

/**
 * Changes as JSON lines. Without a resource version (or with `0`, or with `sendInitialEvents`) the present objects come
 * first as ADDED. A version that is older than the history is answered by one ERROR event with a 410 Status.
 */
export function watchObjects(cluster: Cluster, request: ResourceRequest): Reply {
  const matches = selectorOf(request);
  const isMine = ({ storage, object }: Change): boolean =>
    storage === request.kind.storage &&
    (request.namespace === undefined || object.metadata.namespace === request.namespace);
  const since = sinceOf(cluster.store, request);
  return {
    stream: (response, closed) => {
      const send = sender(response, request);
      const relay = (change: Change): void => {
        const event = isMine(change) ? eventOf(change, matches) : undefined;
        if (event) send(event);
      };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      const isOpen = sendBeginning(cluster.store, request, since, send, relay);
      if (!isOpen) {
        response.end();
        return;
      }
      const unsubscribe = cluster.store.subscribe(relay);
      const stopTimers = startTimers(cluster, request, send, response);
      closed.addEventListener('abort', () => {
        unsubscribe();
        stopTimers();
      });
    },
  };
}

/** The version to start after, or undefined for "with what is there now". */
function sinceOf(store: ObjectStore, { query }: ResourceRequest): number | undefined {
  const text = query.get('resourceVersion') ?? '';
  if (text === '' || text === '0') return undefined;
  const version = Number(text);
  if (!Number.isInteger(version)) throw ApiError.badRequest(`invalid resource version ${JSON.stringify(text)}`);
  if (version > store.resourceVersion) {
    const message = `Timeout: Too large resource version: ${version}, current: ${store.resourceVersion}`;
    const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
    throw new ApiError(504, 'Timeout', message, { causes, retryAfterSeconds: 1 });
  }
  return query.get('sendInitialEvents') === 'true' ? undefined : version;
}

function sendBeginning(
  store: ObjectStore,
  request: ResourceRequest,
  since: number | undefined,
  send: (event: WatchEvent) => void,
  relay: (change: Change) => void,
): boolean {
  if (since !== undefined) {
    const missed = store.changesAfter(since);
    if (!missed) {
      const error = ApiError.expired(`too old resource version: ${since} (${store.resourceVersion})`);
      send({ type: 'ERROR', object: error.toStatus() });
      return false;
    }
    missed.forEach(relay);
    return true;
  }
  if (request.query.get('sendInitialEvents') === 'false') return true;
  const present = store.list(request.kind, request.namespace).filter(selectorOf(request));
  for (const object of present) send({ type: 'ADDED', object });
  if (request.query.get('sendInitialEvents') === 'true') {
    send(bookmark(request, store.resourceVersion, { 'k8s.io/initial-events-end': 'true' }));
  }
  return true;
}

/** A change as one watcher sees it: an object that leaves the selection is DELETED for it, one that enters is ADDED. */
function eventOf(change: Change, matches: (object: KubeObject) => boolean): WatchEvent | undefined {
  const was = change.previous !== undefined && matches(change.previous);
  if (change.type === 'DELETED') return was ? { type: 'DELETED', object: change.object } : undefined;
  const is = matches(change.object);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object: change.object };
  return was ? { type: 'DELETED', object: change.object } : undefined;
}

function bookmark({ kind }: ResourceRequest, version: number, annotations?: Record<string, string>): WatchEvent {
  const metadata = { resourceVersion: String(version), creationTimestamp: null, ...(annotations && { annotations }) };
  return { type: 'BOOKMARK', object: { kind: kind.kind, apiVersion: groupVersion(kind), metadata } };
}

function startTimers(
  { store, clock, timings }: Cluster,
  request: ResourceRequest,
  send: (event: WatchEvent) => void,
  response: ServerResponse,
): () => void {
  const cancels = new Map<string, () => void>();
  const hasBookmarks = request.query.get('allowWatchBookmarks') === 'true' && shapeOf(request.accept) === 'object';
  const mark = (): void => {
    send(bookmark(request, store.resourceVersion));
    cancels.set('bookmark', clock.after(timings.bookmarkMs, mark));
  };
  if (hasBookmarks) cancels.set('bookmark', clock.after(timings.bookmarkMs, mark));
  const timeout = Number(request.query.get('timeoutSeconds') ?? '0');
  if (timeout > 0) {
    const end = (): void => {
      if (hasBookmarks) send(bookmark(request, store.resourceVersion));
      response.end();
    };
    cancels.set('timeout', clock.after(timeout * 1000, end));
  }
  return () => {
    for (const cancel of cancels.values()) cancel();
  };
}

/** Tables are sent with their column definitions in the first event only. */
function sender(response: ServerResponse, request: ResourceRequest): (event: WatchEvent) => void {
  let isFirst = true;
  return ({ type, object }) => {
    const isObjectEvent = type !== 'ERROR' && type !== 'BOOKMARK';
    const shown = isObjectEvent ? present(object as KubeObject, request) : object;
    const isTable = isObjectEvent && field(shown, 'kind') === 'Table';
    const sent = isTable && !isFirst ? { ...(shown as object), columnDefinitions: null } : shown;
    if (isTable) isFirst = false;
    response.write(`${JSON.stringify({ type, object: sent })}\n`);
  };
}
