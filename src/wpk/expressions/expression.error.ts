import { EvaluationError, ParseError, TypeError as CelTypeError } from '@marcbachmann/cel-js';

import { WpkError } from '../wpk.error.js';

export function expressionError(detail: string, hint?: string): WpkError {
  return WpkError.of('WPK.EXPRESSION', detail, hint === undefined ? {} : { hint });
}

/** Runs `work`; whatever the expression language throws becomes one WpkError in a single line. */
export function asExpressionError<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof WpkError) throw cause;
    throw new WpkError('WPK.EXPRESSION', [{ pointer: '', detail: describe(cause) }], { cause });
  }
}

export function describe(cause: unknown): string {
  if (cause instanceof EvaluationError && cause.cause instanceof WpkError) return cause.cause.message;
  if (cause instanceof ParseError || cause instanceof EvaluationError || cause instanceof CelTypeError) {
    return cause.summary;
  }
  // RangeError of an over-long text and the like: the words of the JavaScript engine help nobody.
  return 'The expression could not be evaluated.';
}
