import type { IncomingMessage, ServerResponse } from 'node:http';

/** A whole answer, or a function that writes one bit by bit until it is done or the client has gone. */
export type Reply = JsonReply | TextReply | StreamReply;

export interface JsonReply {
  readonly status: number;
  readonly json: unknown;
  readonly contentType?: string;
}

export interface TextReply {
  readonly status: number;
  readonly text: string;
}

export interface StreamReply {
  /** Must end the response itself, and stop when `closed` is raised. */
  readonly stream: (response: ServerResponse, closed: AbortSignal) => void;
}

export function ok(json: unknown, status = 200): JsonReply {
  return { status, json };
}

export function send(reply: Reply, message: IncomingMessage, response: ServerResponse): void {
  if ('stream' in reply) {
    const gone = new AbortController();
    response.on('close', () => {
      gone.abort();
    });
    reply.stream(response, gone.signal);
    return;
  }
  const isJson = 'json' in reply;
  const body = isJson ? `${JSON.stringify(reply.json)}\n` : reply.text;
  const contentType = isJson ? (reply.contentType ?? 'application/json') : 'text/plain';
  response.writeHead(reply.status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  response.end(message.method === 'HEAD' ? undefined : body);
}
