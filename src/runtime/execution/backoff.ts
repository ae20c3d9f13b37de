import type { Backoff } from '../../wpk/index.js';

/**
 * Milliseconds before the attempt that follows failure number `failures` (from 1): initial × factor^(failures−1), at most
 * `cap`, of which `jitter` is the random share. A target that said when to come back is not asked sooner.
 */
export function backoffMs(
  backoff: Backoff,
  failures: number,
  retryAfterMs = 0,
  random: () => number = Math.random,
): number {
  const full = Math.min(backoff.initialMs * backoff.factor ** (failures - 1), backoff.capMs);
  return Math.max(Math.round(full * (1 - backoff.jitter * random())), retryAfterMs);
}
