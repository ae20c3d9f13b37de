import type { Simulator } from '../../src/simulator/index.js';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON body; the type is for reading in assertions only. */
  readonly body: ApiObject;
}

export interface ApiObject {
  kind: string;
  reason?: string;
  message?: string;
  code?: number;
  details?: { causes?: { field?: string; reason: string }[]; retryAfterSeconds?: number };
  metadata: {
    name: string;
    uid: string;
    resourceVersion: string;
    generation?: number;
    continue?: string;
    annotations?: Record<string, string>;
    deletionTimestamp?: string;
  };
  items?: ApiObject[];
  spec?: Record<string, unknown>;
  status?: Record<string, unknown> | string;
  data?: Record<string, string>;
}

export type PatchType = 'json' | 'merge' | 'strategic-merge' | 'apply';

/** Speaks the protocol by hand, so that what is asserted is what goes over the wire. */
export class ApiClient {
  constructor(private readonly simulator: Simulator) {}

  get(path: string): Promise<Answer> {
    return this.send('GET', path);
  }

  async send(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<Answer> {
    const response = await fetch(this.simulator.url + path, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': contentType } }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: JSON.parse(text) as ApiObject };
  }

  patch(path: string, type: PatchType, body: unknown): Promise<Answer> {
    const format = type === 'apply' ? 'apply-patch+yaml' : `${type}-patch+json`;
    return this.send('PATCH', path, body, `application/${format}`);
  }

  /** The events of a watch until `enough` of them have come or the server ends it. */
  async watch(path: string, enough: (events: WatchEvent[]) => boolean): Promise<WatchEvent[]> {
    const abort = new AbortController();
    const response = await fetch(this.simulator.url + path, { signal: abort.signal });
    const events: WatchEvent[] = [];
    let rest = '';
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      const lines = (rest + Buffer.from(chunk).toString()).split('\n');
      rest = lines.pop() ?? '';
      events.push(...lines.map((line) => JSON.parse(line) as WatchEvent));
      if (enough(events)) break;
    }
    abort.abort();
    return events;
  }
}

export interface WatchEvent {
  readonly type: string;
  readonly object: ApiObject;
}
