import type { Problem } from './api.types.js';

/** What a script may rely on; `atomctl --help` prints the same table. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, unreachable: 3, interrupted: 130 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const exitOf = {
  'CLI.USAGE': exitCodes.usage,
  'CLI.FILE': exitCodes.failed,
  'CLI.REFUSED': exitCodes.failed,
  'CLI.PROBLEM': exitCodes.failed,
  'CLI.UNREACHABLE': exitCodes.unreachable,
  'CLI.INTERRUPTED': exitCodes.interrupted,
} as const satisfies Record<string, ExitCode>;

export type CliErrorCode = keyof typeof exitOf;

export interface CliErrorDetails {
  /** What the person can do next, one sentence each. */
  readonly hints?: readonly string[];
  /** The server's own words, when it answered with problem+json. */
  readonly problem?: Problem;
  readonly cause?: unknown;
}

/** Everything that ends a command early. The message is for people, the code for tests, the exit code for scripts. */
export class CliError extends Error {
  readonly hints: readonly string[];
  readonly problem: Problem | undefined;

  constructor(
    readonly code: CliErrorCode,
    message: string,
    details: CliErrorDetails = {},
  ) {
    super(message, { cause: details.cause });
    this.name = 'CliError';
    this.hints = details.hints ?? [];
    this.problem = details.problem;
  }

  /** The same error with more advice. */
  withHints(more: readonly string[]): CliError {
    const { problem } = this;
    return new CliError(this.code, this.message, {
      hints: [...this.hints, ...more],
      cause: this.cause,
      ...(problem && { problem }),
    });
  }

  get exitCode(): ExitCode {
    return exitOf[this.code];
  }
}

/** The text of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
