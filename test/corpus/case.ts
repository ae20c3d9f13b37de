import type { WpkErrorCode } from '../../src/wpk/index.js';

/** One input of the corpus with what must become of it. */
export interface Case {
  readonly name: string;
  /** The rule that it breaks or, when it is accepted, seems to break. */
  readonly rule: string;
  readonly bytes: Buffer;
  readonly expected: 'accepted' | WpkErrorCode;
  /** Of the first problem. */
  readonly line?: number;
  readonly column?: number;
  readonly pointer?: string;
  readonly hint?: string;
  /** Nobody can say where: too many bytes, bytes that are no text. */
  readonly isPlaceless?: boolean;
  /** What an accepted document says at a place. */
  readonly reads?: { readonly pointer: string; readonly value: unknown };
}

export const isHostile = ({ expected }: Case): boolean => expected !== 'accepted';

export function byRule(cases: readonly Case[]): [rule: string, cases: readonly Case[]][] {
  const rules = [...new Set(cases.map(({ rule }) => rule))];
  return rules.map((rule) => [rule, cases.filter((given) => given.rule === rule)]);
}

/** What is not decided in this time is tried again: the least of all tries is what the work itself costs. */
const QUICK_SECONDS = 1;
const TRIES = 5;

/**
 * CPU seconds, least of several tries where the first was slow. Jest runs all suites in one process, and CPU time counts the
 * collection of their garbage and what a busy neighbour of the core takes away.
 */
export async function timed<T>(work: () => T | Promise<T>): Promise<{ readonly value: T; readonly seconds: number }> {
  let least = await measured(work);
  for (let tries = 1; tries < TRIES && least.seconds >= QUICK_SECONDS; tries++) {
    const again = await measured(work);
    if (again.seconds < least.seconds) least = again;
  }
  return least;
}

async function measured<T>(work: () => T | Promise<T>): Promise<{ readonly value: T; readonly seconds: number }> {
  const before = process.cpuUsage();
  const value = await work();
  const { user, system } = process.cpuUsage(before);
  return { value, seconds: (user + system) / 1e6 };
}

/** The value at a JSON pointer without escapes. */
export function valueAt(root: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], root);
}
