import type { Clock } from './clock.js';

export interface LogLine {
  readonly at: Date;
  readonly text: string;
}

/** The output of one start of a container. */
export class LogBook {
  readonly lines: LogLine[] = [];
  isClosed = false;
  private readonly listeners = new Set<(line: LogLine | undefined) => void>();

  constructor(private readonly clock: Clock) {}

  write(text: string): void {
    const line = { at: this.clock.now(), text };
    this.lines.push(line);
    if (this.lines.length > LIMIT) this.lines.shift();
    for (const listener of [...this.listeners]) listener(line);
  }

  /** The container has ended: whoever follows gets `undefined`. */
  close(): void {
    this.isClosed = true;
    for (const listener of [...this.listeners]) listener(undefined);
    this.listeners.clear();
  }

  follow(listener: (line: LogLine | undefined) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

const LIMIT = 5000;

/** What containers wrote: per container the last start and the one before. */
export class PodLogs {
  private readonly books = new Map<string, Map<string, LogBook>>();

  constructor(private readonly clock: Clock) {}

  open(podUid: string, containerId: string): LogBook {
    const ofPod = this.books.get(podUid) ?? new Map<string, LogBook>();
    this.books.set(podUid, ofPod);
    const book = new LogBook(this.clock);
    ofPod.set(containerId, book);
    return book;
  }

  get(podUid: string, containerId: string): LogBook | undefined {
    return this.books.get(podUid)?.get(containerId);
  }

  close(podUid: string, containerId: string): void {
    this.get(podUid, containerId)?.close();
  }

  /** Forgets one start. */
  drop(podUid: string, containerId: string): void {
    this.close(podUid, containerId);
    this.books.get(podUid)?.delete(containerId);
  }

  dropPod(podUid: string): void {
    for (const book of this.books.get(podUid)?.values() ?? []) book.close();
    this.books.delete(podUid);
  }
}
