import { setTimeout as delay } from 'node:timers/promises';

import { VaultError, type VaultErrorCode } from './vault.error.js';

export interface VaultTiming {
  /** Requests that one call may send. */
  readonly tries: number;
  /** Milliseconds for one call with all of its tries, pauses and a login. */
  readonly totalMs: number;
  /** Milliseconds for one request. */
  readonly tryMs: number;
  /** Milliseconds of the first pause; each is twice the one before. */
  readonly pauseMs: number;
}

export const VAULT_TIMING: VaultTiming = { tries: 5, totalMs: 10_000, tryMs: 5000, pauseMs: 250 };

const PASSING: ReadonlySet<VaultErrorCode> = new Set(['VAULT.UNREACHABLE', 'VAULT.UNAVAILABLE', 'VAULT.SEALED']);

/** What one call may still do. What passes by itself is tried again; what was refused is refused for good. */
export class VaultRetries {
  private readonly endsAt: number;
  private tried = 0;

  constructor(private readonly timing: VaultTiming) {
    this.endsAt = performance.now() + timing.totalMs;
  }

  get isSpent(): boolean {
    return this.tried >= this.timing.tries || this.leftMs() <= 0;
  }

  /** Calls `send` until it succeeds, fails for good, or the tries or the time are spent: then with the last failure. */
  async run<T>(send: (timeoutMs: number) => Promise<T>): Promise<T> {
    for (;;) {
      this.tried++;
      try {
        return await send(Math.max(1, Math.min(this.timing.tryMs, this.leftMs())));
      } catch (failure) {
        if (!(failure instanceof VaultError) || !PASSING.has(failure.code) || this.isSpent) throw failure;
        const pauseMs = Math.max(this.pauseMs(), failure.retryAfterMs);
        if (pauseMs >= this.leftMs()) throw failure;
        await delay(pauseMs);
      }
    }
  }

  /** For work that is shared with other calls and may take longer than this one has. */
  async inTime<T>(work: Promise<T>): Promise<T> {
    const timer = new AbortController();
    const late = delay(Math.max(1, this.leftMs()), undefined, { signal: timer.signal }).then(() => {
      throw new VaultError('VAULT.UNREACHABLE', 'The login to Vault takes too long: check VAULT_ADDR and the network.');
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      late.catch(() => undefined);
      timer.abort();
    }
  }

  private leftMs(): number {
    return Math.ceil(this.endsAt - performance.now());
  }

  /** Half of it is chance: processes that failed together do not come back together. */
  private pauseMs(): number {
    return this.timing.pauseMs * 2 ** (this.tried - 1) * (0.5 + Math.random() / 2);
  }
}
