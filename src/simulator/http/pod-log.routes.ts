import type { ServerResponse } from 'node:http';

import { ApiError } from '../api.error.js';
import type { LogBook, LogLine, PodLogs } from '../pod-logs.js';
import type { ContainerStatus, Pod } from '../workloads.js';
import type { Reply } from './reply.js';
import type { ResourceRequest } from './request.js';

interface LogOptions {
  readonly tailLines: number | undefined;
  readonly limitBytes: number | undefined;
  readonly since: Date | undefined;
  readonly hasTimestamps: boolean;
}

/** `GET pods/<name>/log` with container, previous, tailLines, sinceSeconds, sinceTime, timestamps, limitBytes, follow. */
export function podLog(cluster: { logs: PodLogs; clock: { now(): Date } }, request: ResourceRequest, pod: Pod): Reply {
  const { query } = request;
  const name = containerName(pod, query.get('container') ?? '');
  const isPrevious = query.get('previous') === 'true';
  const id = containerId(pod, name, isPrevious);
  const book = cluster.logs.get(pod.metadata.uid, id);
  const options = readOptions(query, cluster.clock.now());
  const text = render(book?.lines ?? [], options);
  if (query.get('follow') !== 'true' || isPrevious || !book) return { status: 200, text };
  return { stream: (response, closed) => followBook(book, text, options, response, closed) };
}

function containerName(pod: Pod, wanted: string): string {
  const names = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].map((container) => container.name);
  if (wanted !== '') {
    if (names.includes(wanted)) return wanted;
    throw ApiError.badRequest(`container ${wanted} is not valid for pod ${pod.metadata.name}`);
  }
  const [only = '', ...others] = names;
  if (others.length === 0) return only;
  const message = `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names.join(' ')}]`;
  throw ApiError.badRequest(message);
}

/** Which start of the container is meant. While it waits to be started again that is the one that ended last. */
function containerId(pod: Pod, name: string, isPrevious: boolean): string {
  const status = pod.status.containerStatuses?.find((known) => known.name === name);
  const last = status?.lastState.terminated?.containerID;
  if (isPrevious) {
    if (last) return last;
    const subject = `previous terminated container ${JSON.stringify(name)} in pod ${JSON.stringify(pod.metadata.name)}`;
    throw ApiError.badRequest(`${subject} not found`);
  }
  const id = currentId(status) ?? last;
  if (id) return id;
  const reason = status?.state.waiting?.reason ?? 'ContainerCreating';
  const subject = `container ${JSON.stringify(name)} in pod ${JSON.stringify(pod.metadata.name)}`;
  if (reason === 'ErrImagePull' || reason === 'ImagePullBackOff') {
    throw ApiError.badRequest(`${subject} is waiting to start: trying and failing to pull image`);
  }
  throw ApiError.badRequest(`${subject} is waiting to start: ${reason}`);
}

function currentId(status: ContainerStatus | undefined): string | undefined {
  if (status?.state.terminated) return status.state.terminated.containerID;
  return status?.state.running ? status.containerID : undefined;
}

function readOptions(query: URLSearchParams, now: Date): LogOptions {
  const sinceSeconds = positive(query, 'sinceSeconds', 1);
  const sinceTime = query.get('sinceTime');
  if (sinceTime !== null && sinceSeconds !== undefined) {
    throw ApiError.badRequest('at most one of `sinceTime` or `sinceSeconds` may be specified');
  }
  const ago = sinceSeconds === undefined ? undefined : new Date(now.getTime() - sinceSeconds * 1000);
  return {
    tailLines: positive(query, 'tailLines', 0),
    limitBytes: positive(query, 'limitBytes', 1),
    since: sinceTime === null ? ago : new Date(sinceTime),
    hasTimestamps: query.get('timestamps') === 'true',
  };
}

function positive(query: URLSearchParams, name: string, lowest: number): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < lowest) {
    throw new ApiError(422, 'Invalid', `PodLogOptions is invalid: ${name}: Invalid value: ${JSON.stringify(text)}`);
  }
  return value;
}

function render(lines: readonly LogLine[], { since, tailLines, limitBytes, ...options }: LogOptions): string {
  const recent = since ? lines.filter((line) => line.at >= since) : lines;
  const tail = tailLines === undefined ? recent : recent.slice(Math.max(0, recent.length - tailLines));
  const text = tail.map((line) => format(line, options.hasTimestamps)).join('');
  return limitBytes === undefined ? text : Buffer.from(text).subarray(0, limitBytes).toString('utf8');
}

function format({ at, text }: LogLine, hasTimestamps: boolean): string {
  return hasTimestamps ? `${at.toISOString().replace('Z', '000000Z')} ${text}\n` : `${text}\n`;
}

function followBook(
  book: LogBook,
  first: string,
  options: LogOptions,
  response: ServerResponse,
  closed: AbortSignal,
): void {
  let left = (options.limitBytes ?? Infinity) - Buffer.byteLength(first);
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.flushHeaders();
  if (first !== '') response.write(first);
  if (book.isClosed || left <= 0) {
    response.end();
    return;
  }
  const stop = book.follow((line) => {
    const text = line ? format(line, options.hasTimestamps) : '';
    left -= Buffer.byteLength(text);
    if (left >= 0 && text !== '') response.write(text);
    if (!line || left <= 0) {
      stop();
      response.end();
    }
  });
  closed.addEventListener('abort', stop);
}
