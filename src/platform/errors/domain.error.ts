/** One place of a document that is wrong. `pointer` is a JSON pointer (RFC 6901) as a URI fragment; lines count from 1. */
export interface ErrorPlace {
  readonly pointer: string;
  readonly detail: string;
  readonly line?: number;
  readonly column?: number;
}

export interface DomainErrorOptions {
  readonly cause?: unknown;
  readonly errors?: readonly ErrorPlace[];
}

/**
 * An outcome that a caller of the API may be told. Each module derives one class with its own closed union of codes and
 * publishes a {@link ProblemType} for each; the message is shown to the caller, so it holds no secret and no internals.
 */
export abstract class DomainError<Code extends string = string> extends Error {
  readonly errors: readonly ErrorPlace[];

  constructor(
    readonly code: Code,
    message: string,
    options: DomainErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.errors = options.errors ?? [];
  }
}

/** RFC 9457: what all occurrences of one problem have in common. */
export interface ProblemType {
  readonly status: number;
  readonly title: string;
  /** Headers that belong to every such answer, such as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>;
}

export type ProblemTypes<Code extends string = string> = Readonly<Record<Code, ProblemType>>;
