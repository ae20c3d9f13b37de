import { request as send } from 'undici';

import { StepError } from '../step.error.js';
import { failureOfAnswer } from './api.failure.js';
import { ClusterSessions, type KubeconfigSource, type Session } from './cluster.session.js';
import { Deadline } from './deadline.js';
import { isJsonObject, type JsonObject, textAt } from './json.js';
import { LineSplitter } from './line.splitter.js';
import { TailBuffer } from './tail.buffer.js';

/** Written to `metadata.managedFields` of everything that Atom changes. */
const FIELD_MANAGER = 'atom';
const TIMEOUT_MS = 30_000;
const BODY_LIMIT = 32 * 1024 * 1024;
const WATCH_SECONDS = 120;

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface ReadRequest {
  /** Encoded, from the root of the API server. */
  readonly path: string;
  readonly query?: Query;
  readonly signal: AbortSignal;
  /** Default 30 s. */
  readonly timeoutMs?: number;
}

export interface PatchRequest extends ReadRequest {
  readonly type: 'merge' | 'strategic-merge';
  readonly body: JsonObject;
  /** Validated and admitted like a real write, but not stored. */
  readonly dryRun: boolean;
}

export interface WatchEvent {
  readonly type: string;
  readonly object: unknown;
}

interface Exchange {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly request: ReadRequest;
  readonly body?: JsonObject;
  readonly contentType?: string;
}

/**
 * Speaks to one API server. Of @kubernetes/client-node only the kubeconfig is used (contexts, certificates, exec and token
 * plugins, proxies); requests are our own. Its typed calls drop fields that they do not know, have no AbortSignal and no
 * timeout, send a patch as JSON Patch unless told otherwise, and stopping a log stream ends the process (2.0.1).
 *
 * Every method rejects with {@link StepError}: what the server refused by `failureOfAnswer`, `STEP.UNAVAILABLE` when it
 * cannot be reached or is too slow, `STEP.CANCELLED` when the signal was raised.
 */
export class ClusterClient {
  private readonly sessions: ClusterSessions;
  private readonly userAgent: string;

  /** `version`: of Atom, for the API server's audit log. */
  constructor(source: KubeconfigSource, version: string) {
    this.sessions = new ClusterSessions(source);
    this.userAgent = `atom/${version}`;
  }

  get(request: ReadRequest): Promise<JsonObject> {
    return this.exchange({ method: 'GET', request }, readObject);
  }

  /** For reviews, which store nothing. */
  post(request: ReadRequest, body: JsonObject): Promise<JsonObject> {
    return this.exchange({ method: 'POST', request, body, contentType: 'application/json' }, readObject);
  }

  patch({ type, body, dryRun, ...request }: PatchRequest): Promise<JsonObject> {
    const query = {
      ...request.query,
      ...{ fieldManager: FIELD_MANAGER, fieldValidation: 'Strict' },
      dryRun: dryRun ? 'All' : undefined,
    };
    const contentType = `application/${type}-patch+json`;
    return this.exchange({ method: 'PATCH', request: { ...request, query }, body, contentType }, readObject);
  }

  /** The end of a text of any length: at most `maxBytes` of it are ever held. */
  tail(request: ReadRequest, maxBytes: number): Promise<TailBuffer> {
    return this.exchange({ method: 'GET', request }, async (chunks) => {
      const tail = new TailBuffer(maxBytes);
      for await (const chunk of chunks) tail.push(chunk);
      return tail;
    });
  }

  /** Gives each event to `onEvent` until the server ends the stream, or `onEvent` answers false. */
  watch(request: ReadRequest, onEvent: (event: WatchEvent) => boolean): Promise<void> {
    const query = { ...request.query, watch: true, allowWatchBookmarks: true, timeoutSeconds: WATCH_SECONDS };
    const timeoutMs = (WATCH_SECONDS + 15) * 1000; // the server ends it first
    return this.exchange({ method: 'GET', request: { ...request, query, timeoutMs } }, async (chunks) => {
      const lines = new LineSplitter(BODY_LIMIT);
      for await (const chunk of chunks) {
        for (const line of lines.push(chunk)) {
          const event = parseJson(line);
          if (!isJsonObject(event) || typeof event['type'] !== 'string') throw notJson();
          if (!onEvent({ type: event['type'], object: event['object'] })) return;
        }
      }
    });
  }

  async close(): Promise<void> {
    await this.sessions.close();
  }

  private async exchange<T>(exchange: Exchange, read: (chunks: AsyncIterable<Buffer>) => Promise<T>): Promise<T> {
    const { method, request } = exchange;
    const deadline = new Deadline(request.signal, request.timeoutMs ?? TIMEOUT_MS);
    try {
      const session = await orStopped(this.sessions.current(), deadline.signal);
      const answer = await send(session.server + request.path, this.optionsOf(exchange, session, deadline.signal));
      if (answer.statusCode >= 200 && answer.statusCode < 300) return await read(answer.body);
      if (answer.statusCode === 401) this.sessions.forget();
      const body = parseJson(await readBody(answer.body));
      const retryAfter = answer.headers['retry-after'];
      const refused = { status: answer.statusCode, body, ...(typeof retryAfter === 'string' && { retryAfter }) };
      throw failureOfAnswer(`${method} ${request.path}`, refused);
    } catch (cause) {
      if (cause instanceof StepError) throw cause;
      throw failureOfConnection(`${method} ${request.path}`, cause, request.signal, deadline);
    } finally {
      deadline.end();
    }
  }

  private optionsOf({ method, request, body, contentType }: Exchange, session: Session, signal: AbortSignal) {
    const headers = {
      ...session.headers,
      accept: 'application/json',
      'user-agent': this.userAgent,
      ...(contentType !== undefined && { 'content-type': contentType }),
    };
    const query = Object.entries(request.query ?? {}).filter(([, value]) => value !== undefined);
    return {
      ...{ method, headers, signal, dispatcher: session.dispatcher, query: Object.fromEntries(query) },
      ...(body && { body: JSON.stringify(body) }),
      // The deadline is ours: undici's own limits would end a quiet watch.
      ...{ headersTimeout: 0, bodyTimeout: 0 },
    };
  }
}

async function readObject(chunks: AsyncIterable<Buffer>): Promise<JsonObject> {
  const value = parseJson(await readBody(chunks));
  if (!isJsonObject(value)) throw notJson();
  return value;
}

async function readBody(chunks: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > BODY_LIMIT) {
      throw new StepError('STEP.REJECTED', `The answer is larger than ${BODY_LIMIT} bytes. Narrow what is asked for.`);
    }
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function notJson(): StepError {
  return new StepError('STEP.UNAVAILABLE', 'What answered is not a Kubernetes API server: it sent no JSON object.');
}

/** Credential plugins take no signal. */
async function orStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop: (() => void) | undefined;
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = () => reject(new Error('stopped'));
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}

function failureOfConnection(what: string, cause: unknown, signal: AbortSignal, deadline: Deadline): StepError {
  if (signal.aborted) return new StepError('STEP.CANCELLED', `Stopped during ${what}.`, { cause });
  if (deadline.isOver) {
    return new StepError('STEP.UNAVAILABLE', `The API server did not answer ${what} in ${deadline.ms} ms.`, { cause });
  }
  const code = textAt(cause, 'code') ?? 'no reason given';
  return new StepError('STEP.UNAVAILABLE', `The API server could not be reached for ${what} (${code}).`, { cause });
}
