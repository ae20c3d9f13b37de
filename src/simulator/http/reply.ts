import type { IncomingMessage, ServerResponse } from 'node:http';

/** A whole answer, or a function that writes one bit by bit until it is done or the client has gone. */
export type Reply = JsonReply | TextReply | BytesReply | StreamReply;

export interface JsonReply {
  readonly status: number;
  readonly json: unknown;
  readonly contentType?: string;
}

export interface TextReply {
  readonly status: number;
  readonly text: string;
}

export interface BytesReply {
  readonly status: number;
  readonly bytes: Buffer;
  readonly contentType: string;
}

export interface StreamReply {
  /** Must end the response itself, and stop when `closed` is raised. */
  readonly stream: (response: ServerResponse, closed: AbortSignal) => void;
}

export function ok(json: unknown, status = 200): JsonReply {
  return { status, json };
}

function bodyOf(reply: JsonReply | TextReply | BytesReply): { body: string | Buffer; contentType: string } {
  if ('text' in reply) return { body: reply.text, contentType: 'text/plain' };
  if ('bytes' in reply) return { body: reply.bytes, contentType: reply.contentType };
  return { body: `${JSON.stringify(reply.json)}\n`, contentType: reply.contentType ?? 'application/json' };
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
  const { body, contentType } = bodyOf(reply);
  response.writeHead(reply.status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  response.end(message.method === 'HEAD' ? undefined : body);
}
