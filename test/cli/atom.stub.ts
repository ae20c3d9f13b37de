import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  /** `GET /v1/runs?limit=20` */
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export type Handler = (request: Seen, response: ServerResponse, earlier: number) => void;

/**
 * Answers that Atom would give, word by word, for what only the command line does with them: exit codes, rendering, resuming.
 * Routes are `METHOD /path` without the query; `earlier` counts the requests that the route had before this one.
 */
export class AtomStub {
  readonly seen: Seen[] = [];

  private constructor(
    private readonly server: Server,
    private readonly routes: Map<string, Handler>,
  ) {}

  static async start(): Promise<AtomStub> {
    const routes = new Map<string, Handler>();
    const server = createServer();
    const stub = new AtomStub(server, routes);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void stub.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return stub;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  on(route: string, handler: Handler): this {
    this.routes.set(route, handler);
    return this;
  }

  onJson(route: string, status: number, body: unknown, headers: Record<string, string> = {}): this {
    return this.on(route, (_request, response) => sendJson(response, status, body, headers));
  }

  requests(route: string): Seen[] {
    return this.seen.filter(({ line }) => line.split('?')[0] === route);
  }

  reset(): void {
    this.seen.length = 0;
    this.routes.clear();
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const line = `${request.method ?? ''} ${request.url ?? ''}`;
    const route = line.split('?')[0] ?? '';
    const earlier = this.requests(route).length;
    const seen = { line, headers: request.headers, body: Buffer.concat(chunks) };
    this.seen.push(seen);
    const handler = this.routes.get(route);
    if (handler) handler(seen, response, earlier);
    else sendProblem(response, 404, 'not-found');
  }
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

export function sendProblem(response: ServerResponse, status: number, code: string, more: object = {}): void {
  const problem = {
    type: `https://atom.dev/problems/${code}`,
    title: 'Refused',
    status,
    code,
    requestId: 'req-1',
    ...more,
  };
  response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
}

/** Writes the head of an event stream and the given events; the caller ends or cuts it. */
export function sendEvents(response: ServerResponse, events: readonly (readonly [string, string, object])[]): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.write('retry: 10\n\n');
  for (const [id, event, data] of events) {
    response.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}
