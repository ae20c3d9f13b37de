import type { IncomingMessage, ServerResponse } from 'node:http';

/** One request as it came in, for assertions. `status` is 0 until the answer has begun. */
export interface LoggedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: string;
  readonly userAgent: string;
  readonly contentType: string;
  readonly fieldManager: string | null;
  verb?: string;
  dryRun: boolean;
  body: string;
  status: number;
}

/** The last requests, oldest first. */
export class RequestLog {
  private entries: LoggedRequest[] = [];

  constructor(private readonly limit = 2000) {}

  open(message: IncomingMessage, response: ServerResponse): LoggedRequest {
    const [path = '', query = ''] = (message.url ?? '').split('?');
    const entry: LoggedRequest = {
      method: message.method ?? '',
      path,
      query,
      userAgent: message.headers['user-agent'] ?? '',
      contentType: message.headers['content-type'] ?? '',
      fieldManager: new URLSearchParams(query).get('fieldManager'),
      dryRun: false,
      body: '',
      status: 0,
    };
    this.entries.push(entry);
    if (this.entries.length > this.limit) this.entries.shift();
    response.on('close', () => {
      entry.status = response.headersSent ? response.statusCode : 0;
    });
    return entry;
  }

  list(): readonly LoggedRequest[] {
    return this.entries;
  }

  clear(): void {
    this.entries = [];
  }
}
