import net from 'node:net';

/** Messages of a client after which it waits for the server: Query, and the Sync that ends an extended query. */
const WAITS: ReadonlySet<string> = new Set(['Q', 'S']);

/**
 * A proxy in front of PostgreSQL that counts round trips where they happen, on the wire (protocol 3.0, without TLS): whatever
 * library sends them, BEGIN and COMMIT among them.
 */
export class StatementCounter {
  count = 0;
  private readonly sockets = new Set<net.Socket>();
  private readonly server: net.Server;
  private readonly target: URL;

  private constructor(target: URL) {
    this.target = target;
    this.server = net.createServer((client) => this.join(client));
  }

  static async start(databaseUrl: string): Promise<StatementCounter> {
    const counter = new StatementCounter(new URL(databaseUrl));
    await new Promise<void>((resolve) => counter.server.listen(0, '127.0.0.1', resolve));
    return counter;
  }

  /** Of the same database, through the proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as net.AddressInfo).port);
    return url.toString();
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: net.Socket): void {
    const upstream = net.connect({ host: this.target.hostname, port: Number(this.target.port), noDelay: true });
    client.setNoDelay(true);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      // prettier-ignore
      this.sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
      one.pipe(other);
    }
    const messages = new Messages((type) => {
      if (WAITS.has(type)) this.count += 1;
    });
    client.on('data', (chunk: Buffer) => messages.take(chunk));
  }
}

/** Cuts what a client sends into messages; the first one has no type. */
class Messages {
  private rest: Buffer = Buffer.alloc(0);
  private isStarted = false;
  private readonly found: (type: string) => void;

  constructor(found: (type: string) => void) {
    this.found = found;
  }

  take(chunk: Buffer): void {
    this.rest = Buffer.concat([this.rest, chunk]);
    for (;;) {
      const header = this.isStarted ? 1 : 0;
      if (this.rest.length < header + 4) return;
      const length = header + this.rest.readUInt32BE(header);
      if (this.rest.length < length) return;
      if (this.isStarted) this.found(String.fromCharCode(this.rest.readUInt8(0)));
      this.isStarted = true;
      this.rest = this.rest.subarray(length);
    }
  }
}
