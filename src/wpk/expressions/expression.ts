import type { ParseResult } from '@marcbachmann/cel-js';

import { patternSize } from '../pattern.size.js';
import { comprehensionNesting, literalPatterns } from './ast.js';
import {
  authorEnvironment,
  meter,
  meteredEnvironment,
  SCOPE_NAMES,
  type ScopeName,
  tooLargePattern,
} from './cel.environment.js';
import { asExpressionError, describe, expressionError } from './expression.error.js';
import { EXPRESSION_LIMITS } from './limits.js';
import { meteredSource } from './metered.source.js';
import { type Reference, referencesOf } from './references.js';
import { fromCel, toCel } from './values.js';

/** What an expression is evaluated over: plain JSON under the names that exist at its place. */
export type ExpressionScope = Readonly<Partial<Record<ScopeName, unknown>>>;

/** A CEL expression that parsed, type-checked and keeps the limits. Immutable; safe to share. */
export interface Expression {
  readonly source: string;
  /** The static CEL type: `bool`, `int`, `string`, `list`, …, or `dyn` when it depends on the values. */
  readonly type: string;
  /** Every use of a scope name. */
  readonly references: readonly Reference[];
  /** Instructions of the patterns that are written out in it. */
  readonly patternSize: number;
  /**
   * The value as plain JSON. Synchronous, without side effects, of bounded work and size.
   * Throws {@link WpkError} `WPK.EXPRESSION`.
   */
  evaluate(scope: ExpressionScope): unknown;
}

const CACHE_SIZE = 1_000;
const cache = new Map<string, Expression>();

/** The compiled form of CEL source (without `${{ }}`). Throws {@link WpkError} `WPK.EXPRESSION`. */
export function compileExpression(source: string): Expression {
  const known = cache.get(source);
  const expression = known ?? compile(source);
  // A Map iterates in order of insertion: the first key is the one that was not used for longest.
  cache.delete(source);
  cache.set(source, expression);
  const [oldest] = cache.keys();
  if (cache.size > CACHE_SIZE && oldest !== undefined) cache.delete(oldest);
  return expression;
}

function compile(source: string): Expression {
  if (source.length > EXPRESSION_LIMITS.sourceLength) {
    throw expressionError(`An expression is longer than ${EXPRESSION_LIMITS.sourceLength} characters.`);
  }
  return asExpressionError(() => {
    const parsed = authorEnvironment.parse(source);
    const { valid, type = 'dyn', error } = parsed.check();
    if (!valid) throw expressionError(describe(error));
    if (comprehensionNesting(parsed.ast) > EXPRESSION_LIMITS.comprehensionNesting) {
      throw expressionError(`Comprehensions are nested deeper than ${EXPRESSION_LIMITS.comprehensionNesting}.`);
    }
    const size = literalPatterns(parsed.ast).reduce((sum, pattern) => sum + patternSize(pattern), 0);
    if (size > EXPRESSION_LIMITS.patternSize) throw tooLargePattern();
    const metered = meteredEnvironment.parse(meteredSource(parsed.ast));
    return new CompiledExpression(source, type, referencesOf(parsed.ast), size, metered);
  });
}

class CompiledExpression implements Expression {
  constructor(
    readonly source: string,
    readonly type: string,
    readonly references: readonly Reference[],
    readonly patternSize: number,
    private readonly program: ParseResult,
  ) {}

  evaluate(scope: ExpressionScope): unknown {
    return asExpressionError(() => {
      const names = new Set(this.references.map(({ name }) => name));
      const context: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
      for (const name of SCOPE_NAMES) {
        if (names.has(name) && scope[name] !== undefined) context[name] = toCel(scope[name]);
      }
      meter.reset();
      const result: unknown = this.program(context);
      return fromCel(result);
    });
  }
}
