/** Where the simulator gets time and timers from; tests may bring their own. */
export interface Clock {
  now(): Date;
  /** Runs `task` once after `ms`; the result cancels it. Must not keep the process alive. */
  after(ms: number, task: () => void): () => void;
}

/** Node fires a longer timer at once. */
const LONGEST_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => new Date(),
  after(ms, task) {
    const timer = setTimeout(task, Math.min(ms, LONGEST_MS)).unref();
    return () => {
      clearTimeout(timer);
    };
  },
};

/** A clock whose timers all end with `close`. */
export class Timers implements Clock {
  private readonly open = new Set<() => void>();
  private closed = false;

  constructor(private readonly clock: Clock) {}

  now(): Date {
    return this.clock.now();
  }

  after(ms: number, task: () => void): () => void {
    if (this.closed) return () => undefined;
    const cancel = this.clock.after(ms, () => {
      this.open.delete(cancel);
      task();
    });
    this.open.add(cancel);
    return () => {
      this.open.delete(cancel);
      cancel();
    };
  }

  close(): void {
    this.closed = true;
    for (const cancel of this.open) cancel();
    this.open.clear();
  }
}
