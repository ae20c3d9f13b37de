import { failureOfNetwork, failureOfResponse, failureOfTime, notAtom } from './api.failure.js';
import { CliError } from './cli.errors.js';
import { type SseMessage, SseParser } from './sse.parser.js';

export interface ApiOptions {
  readonly url: string;
  readonly token: string | undefined;
  /** How long one answer may take, milliseconds. */
  readonly timeoutMs: number;
  /** How long an open stream may say nothing; the server sends a comment more often than this. Milliseconds. */
  readonly silenceMs?: number;
}

const silenceMsDefault = 45_000;
const noContent = 204;

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Values that are undefined are left out. */
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly form?: FormData;
}

export interface ApiAnswer<T> {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined for a 204, whatever T is: only ask for it where the API answers something. */
  readonly body: T;
}

/** One connection to an event stream; `retryMs` is what the server asked for. */
export interface EventConnection {
  readonly messages: AsyncIterable<SseMessage>;
  retryMs(): number | undefined;
}

/** The REST API over global fetch. Every failure is a CliError: CLI.PROBLEM when Atom refused, CLI.UNREACHABLE otherwise. */
export class ApiClient {
  constructor(private readonly options: ApiOptions) {}

  async get<T>(path: string, query?: ApiRequest['query']): Promise<T> {
    return (await this.send<T>(path, query ? { query } : {})).body;
  }

  async send<T>(path: string, request: ApiRequest): Promise<ApiAnswer<T>> {
    const { timeoutMs } = this.options;
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await this.fetch(path, request, signal, { accept: 'application/json' });
    const text = await this.guard(response.text(), signal);
    const { status, headers } = response;
    if (status === noContent) return { status, headers, body: undefined as T };
    try {
      return { status, headers, body: JSON.parse(text) as T };
    } catch {
      throw notAtom(this.options.url, `HTTP ${status} without JSON`);
    }
  }

  /** Bytes as they lie there. What they are is for the caller to check. */
  async download(path: string): Promise<Buffer> {
    const signal = AbortSignal.timeout(this.options.timeoutMs);
    const response = await this.fetch(path, {}, signal, {
      accept: 'application/octet-stream, application/problem+json',
    });
    return Buffer.from(await this.guard(response.arrayBuffer(), signal));
  }

  /** Opens an event stream after `lastEventId`. Silence ends the connection as unreachable. */
  async open(path: string, lastEventId: string, signal: AbortSignal): Promise<EventConnection> {
    const silence = new Silence(this.options.timeoutMs);
    const either = AbortSignal.any([signal, silence.signal]);
    const headers = { accept: 'text/event-stream', ...(lastEventId && { 'last-event-id': lastEventId }) };
    const response = await this.fetch(path, {}, either, headers).catch((error: unknown) => {
      silence.stop();
      throw error;
    });
    const parser = new SseParser(lastEventId);
    if (!response.headers.get('content-type')?.startsWith('text/event-stream') || !response.body) {
      silence.stop();
      throw notAtom(this.options.url, 'no event stream');
    }
    silence.restart(this.options.silenceMs ?? silenceMsDefault);
    const messages = this.read(response.body, parser, silence, either);
    return { messages, retryMs: () => parser.retryMs };
  }

  private async *read(
    body: ReadableStream<Uint8Array>,
    parser: SseParser,
    silence: Silence,
    signal: AbortSignal,
  ): AsyncGenerator<SseMessage> {
    const decoder = new TextDecoder();
    const reader = body.getReader();
    try {
      for (;;) {
        const { done, value } = await this.guard(reader.read(), signal);
        if (done) return;
        silence.restart(this.options.silenceMs ?? silenceMsDefault);
        yield* parser.push(decoder.decode(value, { stream: true }));
      }
    } finally {
      silence.stop();
      await reader.cancel().catch(() => undefined);
    }
  }

  private async fetch(
    path: string,
    request: ApiRequest,
    signal: AbortSignal,
    extra: Readonly<Record<string, string>>,
  ): Promise<Response> {
    const { url, token } = this.options;
    const target = new URL(url + path);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) target.searchParams.set(name, String(value));
    }
    const init: RequestInit = {
      method: request.method ?? 'GET',
      headers: {
        ...extra,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(request.json !== undefined && { 'content-type': 'application/json' }),
        ...request.headers,
      },
      ...(request.json !== undefined && { body: JSON.stringify(request.json) }),
      ...(request.form && { body: request.form }),
      redirect: 'manual',
      signal,
    };
    const response = await this.guard(fetch(target, init), signal);
    if (!response.ok) throw await failureOfResponse(response, url);
    return response;
  }

  private async guard<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await work;
    } catch (thrown) {
      if (!signal.aborted) throw failureOfNetwork(thrown, this.options.url);
      const reason: unknown = signal.reason;
      if (reason instanceof DOMException && reason.name === 'TimeoutError') {
        throw failureOfTime(this.options.url, this.options.timeoutMs);
      }
      throw new CliError('CLI.INTERRUPTED', 'interrupted', { cause: thrown });
    }
  }
}

/** Aborts when `restart` was not called for a while. */
class Silence {
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout;

  constructor(limitMs: number) {
    this.timer = this.start(limitMs);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  restart(limitMs: number): void {
    clearTimeout(this.timer);
    this.timer = this.start(limitMs);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private start(limitMs: number): NodeJS.Timeout {
    return setTimeout(() => this.controller.abort(new DOMException('silence', 'TimeoutError')), limitMs);
  }
}
