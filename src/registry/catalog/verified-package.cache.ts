/** Of text; as parsed values it takes several times that. A runbook has some kilobytes, and never more than two megabytes. */
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_ENTRIES = 500;
/** A key that is no longer trusted stops working within this time, whatever is cached. */
export const MAX_AGE_MS = 5 * 60 * 1000;

interface Entry<Value> {
  readonly value: Promise<Value>;
  readonly until: number;
  size: number;
}

/**
 * Keeps answers that are costly to find, bounded in age, number and bytes; the least recently used goes first. Callers who
 * ask for the same key at the same time share one search. A failure is not kept.
 */
export class VerifiedPackageCache<Value> {
  private readonly entries = new Map<string, Entry<Value>>();
  private bytes = 0;

  constructor(
    private readonly sizeOf: (value: Value) => number,
    private readonly now: () => number = () => performance.now(),
    private readonly maxBytes = MAX_BYTES,
  ) {}

  get(key: string, find: () => Promise<Value>): Promise<Value> {
    const known = this.entries.get(key);
    if (known && known.until > this.now()) {
      this.entries.delete(key);
      this.entries.set(key, known); // most recently used last
      return known.value;
    }
    this.delete(key);
    const entry: Entry<Value> = { value: find(), until: this.now() + MAX_AGE_MS, size: 0 };
    this.entries.set(key, entry);
    entry.value.then(
      (value) => this.account(key, entry, this.sizeOf(value)),
      () => this.forget(key, entry),
    );
    return entry.value;
  }

  private account(key: string, entry: Entry<Value>, size: number): void {
    if (this.entries.get(key) !== entry) return;
    entry.size = size;
    this.bytes += size;
    for (const oldest of this.entries.keys()) {
      if (this.bytes <= this.maxBytes && this.entries.size <= MAX_ENTRIES) break;
      this.delete(oldest);
    }
  }

  private forget(key: string, entry: Entry<Value>): void {
    if (this.entries.get(key) === entry) this.entries.delete(key);
  }

  private delete(key: string): void {
    this.bytes -= this.entries.get(key)?.size ?? 0;
    this.entries.delete(key);
  }
}
