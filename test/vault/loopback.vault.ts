import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: unknown;
}

export type Reply = (received: Received, response: http.ServerResponse) => void;

/** Answers as a test says, in the shapes of Vault, and badly where a real Vault would not do so on demand. */
export class LoopbackVault {
  readonly received: Received[] = [];
  private replies: Reply[] = [];
  private always: Reply = status(404, { errors: [] });

  private constructor(private readonly server: http.Server) {}

  static async start(): Promise<LoopbackVault> {
    const server = http.createServer();
    const vault = new LoopbackVault(server);
    server.on('request', (request, response) => void vault.take(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return vault;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get paths(): string[] {
    return this.received.map(({ method, path }) => `${method} ${path}`);
  }

  /** Forgets what was; then these answers one after the other, the last one for ever. */
  answer(...replies: readonly [...Reply[], Reply]): void {
    this.received.length = 0;
    this.replies = replies.slice(0, -1);
    this.always = replies.at(-1)!;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    response.on('error', () => undefined);
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const { method = '', url = '', headers } = request;
    const received = { method, path: url, headers, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
    this.received.push(received);
    (this.replies.shift() ?? this.always)(received, response);
  }
}

export function status(code: number, body?: unknown, headers: http.OutgoingHttpHeaders = {}): Reply {
  return (_received, response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  };
}

/** What a request gets depends on the request. */
export const route =
  (choose: (received: Received) => Reply): Reply =>
  (received, response) =>
    choose(received)(received, response);

export const ok = (data: object = {}): Reply => status(200, { data });

export const cut: Reply = (_received, response) => void response.socket?.destroy();

export const silence: Reply = () => undefined;

/** Fewer bytes than were promised, and the end of the connection. */
export const truncated: Reply = (_received, response) => {
  response.writeHead(200, { 'content-length': '100' });
  response.write('{"data":{"va', () => response.socket?.destroy());
};

/** Bytes without end, of which some may be all that anybody reads. */
export const endless: Reply = (_received, response) => {
  response.writeHead(200);
  const chunk = Buffer.alloc(64 * 1024, ' ');
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
};

/** One byte now and then: never quiet, never done. */
export const drip: Reply = (_received, response) => {
  response.writeHead(200);
  const timer = setInterval(() => response.write(' '), 20);
  response.once('close', () => clearInterval(timer));
};
