import { createServer } from 'node:http';
/**
 * Answers that Atom would give, word by word, for what only the command line does with them: exit codes, rendering, resuming.
 * Routes are `METHOD /path` without the query; `earlier` counts the requests that the route had before this one.
 */
export class AtomStub {
  constructor(server, routes) {
    this.server = server;
    this.routes = routes;
    this.seen = [];
  }
  static async start() {
    const routes = new Map();
    const server = createServer();
    const stub = new AtomStub(server, routes);
    server.on('request', (request, response) => void stub.answer(request, response));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return stub;
  }
  get url() {
    return `http://127.0.0.1:${this.server.address().port}`;
  }
  on(route, handler) {
    this.routes.set(route, handler);
    return this;
  }
  onJson(route, status, body, headers = {}) {
    return this.on(route, (_request, response) => sendJson(response, status, body, headers));
  }
  requests(route) {
    return this.seen.filter(({ line }) => line.split('?')[0] === route);
  }
  reset() {
    this.seen.length = 0;
    this.routes.clear();
  }
  async stop() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
  async answer(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
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
export function sendJson(response, status, body, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
export function sendProblem(response, status, code, more = {}) {
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
export function sendEvents(response, events) {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.write('retry: 10\n\n');
  for (const [id, event, data] of events) {
    response.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}
//# sourceMappingURL=atom.stub.js.map
