import { Readable } from 'node:stream';

import type { FastifyReply } from 'fastify';

/** One event of a stream; `id` lets a client resume by `Last-Event-ID`. */
export interface ServerSentEvent {
  readonly id?: string;
  readonly event: string;
  readonly data: unknown;
}

/** A comment line keeps proxies from closing a quiet stream. Yield it where nothing happened for a while. */
export const KEEP_ALIVE = Symbol('keep-alive');

/** Sends `events` as text/event-stream (WHATWG HTML §9.2). When the client leaves, the iterator's `return` is called. */
export function sendEvents(reply: FastifyReply, events: AsyncIterable<ServerSentEvent | typeof KEEP_ALIVE>): void {
  void reply
    .header('content-type', 'text/event-stream; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('x-accel-buffering', 'no')
    .send(Readable.from(lines(events)));
}

async function* lines(events: AsyncIterable<ServerSentEvent | typeof KEEP_ALIVE>): AsyncGenerator<string> {
  yield 'retry: 1000\n\n';
  for await (const event of events) yield event === KEEP_ALIVE ? ': keep-alive\n\n' : format(event);
}

function format({ id, event, data }: ServerSentEvent): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
