import type { JsonObject } from './json.js';
import type { Goal, Verdict } from './verdict.js';

export interface Waiting {
  readonly goal: Goal;
  /** The goal must then hold for so long without a break. */
  readonly stableForMs: number;
  readonly signal: AbortSignal;
  /** Feeds each state to the callback until its signal is raised. */
  readonly follow: (signal: AbortSignal, onState: (object: JsonObject | undefined) => void) => Promise<never>;
  readonly onVerdict: (verdict: Verdict) => void;
}

/** Resolves with what was observed when the goal was met and stayed so; rejects when it failed or the following did. */
export async function untilMet({ goal, stableForMs, signal, follow, onVerdict }: Waiting): Promise<string> {
  const done = new AbortController();
  let stable: NodeJS.Timeout | undefined;
  let observed = '';
  try {
    return await new Promise<string>((resolve, reject) => {
      const onState = (object: JsonObject | undefined): void => {
        const verdict = goal(object);
        onVerdict(verdict);
        if (verdict.type === 'met') {
          observed = verdict.observed;
          stable ??= setTimeout(() => resolve(observed), stableForMs);
          return;
        }
        clearTimeout(stable);
        stable = undefined;
        if (verdict.type === 'failed') reject(verdict.error);
      };
      follow(AbortSignal.any([signal, done.signal]), onState).catch(reject);
    });
  } finally {
    clearTimeout(stable);
    done.abort();
  }
}
