import { setTimeout as sleep } from 'node:timers/promises';

import { StepError } from '../step.error.js';
import type { WatchEvent } from './cluster.client.js';
import type { Cluster, Target } from './cluster.js';
import { isJsonObject, type JsonObject, textAt } from './json.js';
import { pathOf } from './resource.js';

const PATIENCE = 5;
const FIRST_PAUSE_MS = 250;
const LEAST_WATCH_MS = 1000;

/**
 * Calls `onState` with the object as it is now (undefined: absent) and again after every change, by list and watch, until
 * `signal` is raised. A failure that may pass is tried again five times in a row, with growing pauses.
 * @throws StepError as the client does; what `onState` throws
 */
export async function followObject(
  cluster: Cluster,
  target: Target,
  signal: AbortSignal,
  onState: (object: JsonObject | undefined) => void,
): Promise<never> {
  for (let failures = 0; ;) {
    try {
      const resourceVersion = await listOne(cluster, target, signal, onState);
      failures = 0;
      await watchOn(cluster, target, resourceVersion, signal, onState);
    } catch (cause) {
      failures += 1;
      const mayPass = cause instanceof StepError && cause.code === 'STEP.UNAVAILABLE';
      if (!mayPass || failures > PATIENCE) throw cause;
      await pause(Math.max(cause.retryAfterMs ?? 0, FIRST_PAUSE_MS * 2 ** failures), signal);
    }
  }
}

function queryOf({ ref }: Target): { namespace: string | undefined; fieldSelector: string } {
  return { namespace: ref.namespace, fieldSelector: `metadata.name=${ref.name}` };
}

async function listOne(
  cluster: Cluster,
  target: Target,
  signal: AbortSignal,
  onState: (object: JsonObject | undefined) => void,
): Promise<string> {
  const { items, resourceVersion } = await cluster.list(target.resource, queryOf(target), signal);
  onState(items[0]);
  return resourceVersion;
}

/** Ends when the server has forgotten the version: then the caller has to list again. */
async function watchOn(
  cluster: Cluster,
  target: Target,
  from: string,
  signal: AbortSignal,
  onState: (object: JsonObject | undefined) => void,
): Promise<void> {
  const { namespace, fieldSelector } = queryOf(target);
  const path = pathOf(target.resource, { namespace });
  const cursor = { resourceVersion: from, isForgotten: false };
  const onEvent = ({ type, object }: WatchEvent): boolean => {
    if (type === 'ERROR' || !isJsonObject(object)) {
      cursor.isForgotten = true;
      return false;
    }
    cursor.resourceVersion = textAt(object, 'metadata', 'resourceVersion') ?? cursor.resourceVersion;
    if (type !== 'BOOKMARK') onState(type === 'DELETED' ? undefined : object);
    return true;
  };
  do {
    const startedAt = performance.now();
    await cluster.client.watch(
      { path, query: { fieldSelector, resourceVersion: cursor.resourceVersion }, signal },
      onEvent,
    );
    // Something on the way that ends watches at once must not make us hammer the server.
    await pause(LEAST_WATCH_MS - (performance.now() - startedAt), signal);
  } while (!cursor.isForgotten);
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    if (ms > 0) await sleep(ms, undefined, { signal });
  } catch (cause) {
    throw new StepError('STEP.CANCELLED', 'Stopped while waiting.', { cause });
  }
}
