import { setTimeout as delay } from 'node:timers/promises';

/** Asks again and again until the answer is neither false nor undefined, and returns it. */
export async function waitUntil<T>(
  what: string,
  ask: () => T | Promise<T>,
  { timeoutMs = 15_000, intervalMs = 25 } = {},
): Promise<Exclude<T, undefined | false>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>;
    if (Date.now() > deadline) throw new Error(`Not within ${timeoutMs} ms: ${what}`);
    await delay(intervalMs);
  }
}
