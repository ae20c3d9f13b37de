import { isStatementAtFault } from './database.js';

interface Waiting<Item, Result> {
  readonly item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Natural batching: while one flush is under way, everything that arrives joins the next one; an idle lane flushes at once,
 * so a lone item never waits. `flush` answers one result per item, in order, and is one transaction: all or nothing.
 *
 * When the database refuses a batch for what is in it, its items are sent one by one, so that one bad item fails alone.
 */
export class BatchLane<Item, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  private flushing = false;

  constructor(
    private readonly flush: (items: readonly Item[]) => Promise<readonly Result[]>,
    private readonly maxBatch = 200,
  ) {}

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.flushing) void this.drain();
    });
  }

  private async drain(): Promise<void> {
    this.flushing = true;
    // Items added in this turn of the event loop share the first flush.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      await this.send(this.waiting.splice(0, this.maxBatch));
    }
    this.flushing = false;
  }

  private async send(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.flush(batch.map((w) => w.item));
      batch.forEach((w, i) => w.resolve(results[i] as Result));
    } catch (error) {
      if (batch.length > 1 && isStatementAtFault(error)) {
        for (const one of batch) await this.send([one]);
      } else {
        for (const w of batch) w.reject(error);
      }
    }
  }
}
