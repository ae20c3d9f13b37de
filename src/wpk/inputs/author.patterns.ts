import { RE2JS } from 're2js';

import { type PatternTest, regExpBy } from '../schema/validator.js';
import { INPUT_LIMITS } from './limits.js';

export class PatternWorkError extends Error {}

/** The patterns of one author's schema: each is compiled once, and what one check of values may cost is bounded. */
export class AuthorPatterns {
  readonly regExp = regExpBy((pattern) => this.compile(pattern));
  private readonly compiled = new Map<string, PatternTest>();
  private left: number = INPUT_LIMITS.matching;

  /** Throws what RE2 says of a pattern that it cannot read. */
  compile(pattern: string): PatternTest {
    const known = this.compiled.get(pattern);
    if (known) return known;
    const program = RE2JS.compile(pattern);
    const test: PatternTest = (text) => {
      // RE2 is linear in both: a program of a thousand instructions needs seconds for a text of 256 KiB.
      this.left -= program.programSize() * text.length;
      if (this.left < 0) throw new PatternWorkError();
      return program.matcher(text).find();
    };
    this.compiled.set(pattern, test);
    return test;
  }

  /** Runs one check of values. Throws {@link PatternWorkError} when its texts are too long for their patterns. */
  metered<T>(check: () => T): T {
    this.left = INPUT_LIMITS.matching;
    return check();
  }
}
