import { Pool as Connections } from 'undici';

import { type Draft, targetOf } from './draft.js';

const ANSWER_MS = 10_000;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly contentType: string;
  readonly text: string;
  readonly bytes: number;
}

/** Sends what fetch would tidy up: paths with broken escapes, odd headers, a body wherever it is put. */
export class Client {
  private readonly connections: Connections;

  constructor(
    url: string,
    private readonly authorization: string,
    connections: number,
  ) {
    this.connections = new Connections(url, { connections, headersTimeout: ANSWER_MS, bodyTimeout: ANSWER_MS });
  }

  async send(draft: Draft): Promise<Answer> {
    const { method, body, authorization = this.authorization } = draft;
    const response = await this.connections.request({
      ...{ method: method, path: targetOf(draft) },
      headers: {
        ...(authorization !== null && { authorization }),
        ...(body?.contentType !== undefined && { 'content-type': body.contentType }),
        ...draft.headers,
      },
      ...(body && { body: body.bytes }),
    });
    const contentType = String(response.headers['content-type'] ?? '').replace(/;.*$/, '');
    const chunks: Buffer[] = [];
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      // A stream ends when the run does: its beginning is enough, and leaving the loop closes it.
      if (contentType === 'text/event-stream') break;
    }
    const all = Buffer.concat(chunks);
    return {
      ...{ status: response.statusCode, headers: response.headers, contentType },
      ...{ text: all.toString('utf8'), bytes: all.length },
    };
  }

  close(): Promise<void> {
    return this.connections.destroy();
  }
}
