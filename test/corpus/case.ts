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

/** The value at a JSON pointer without escapes. */
export function valueAt(root: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], root);
}
