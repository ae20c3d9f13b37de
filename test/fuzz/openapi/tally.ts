import type { Operation } from './document.js';

interface Count {
  good: number;
  refused: number;
}

/** How often each operation was answered well, and how often it refused. */
export class Tally {
  private readonly counts = new Map<string, Count>();
  private readonly seen = new Map<string, number>();

  add({ id }: Operation, status: number): void {
    const count = this.of(id);
    if (status < 300 || status === 304) count.good++;
    else count.refused++;
    const key = `${id} ${status}`;
    this.seen.set(key, (this.seen.get(key) ?? 0) + 1);
  }

  of(id: string): Count {
    const count = this.counts.get(id) ?? { good: 0, refused: 0 };
    this.counts.set(id, count);
    return count;
  }

  /** One line for each operation: which statuses it answered, how often. */
  report(operations: readonly Operation[]): string {
    return operations
      .map(({ id }) => {
        const statuses = [...this.seen].filter(([key]) => key.startsWith(`${id} `)).sort();
        return `${id}: ${statuses.map(([key, times]) => `${key.slice(id.length + 1)} ×${times}`).join(', ')}`;
      })
      .join('\n');
  }
}
