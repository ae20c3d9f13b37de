import { PACKAGE_EXPRESSION_LIMITS as LIMITS } from '../expressions/limits.js';
import type { WpkProblem } from '../wpk.error.js';

type Finding = Omit<WpkProblem, 'pointer'>;

/** What the expressions of one package may ask for in total. */
export class ExpressionBudget {
  private count = 0;
  private length = 0;
  private patternSize = 0;

  /** Before an expression is compiled: why it is one too many. */
  take(source: string): Finding[] {
    this.count += 1;
    this.length += source.length;
    if (this.count > LIMITS.count) return [tooMuch(`${LIMITS.count} expressions`)];
    return this.length > LIMITS.length ? [tooMuch(`${LIMITS.length} characters of expressions`)] : [];
  }

  /** After it is compiled: why no other one should be. */
  takePatterns(size: number): Finding[] {
    this.patternSize += size;
    return this.patternSize > LIMITS.patternSize ? [tooMuch(`${LIMITS.patternSize} instructions of patterns`)] : [];
  }
}

function tooMuch(what: string): Finding {
  return {
    detail: `The package has more than ${what}.`,
    hint: 'Write fewer or shorter ones, or make two packages of it.',
  };
}
