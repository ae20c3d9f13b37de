import { expressionError } from './expression.error.js';
import { EXPRESSION_LIMITS } from './limits.js';

/**
 * Counts the work of one evaluation. Every operand of an operator, every argument of a call and every turn of a comprehension is
 * charged with the size of its value, shared parts as often as they are reached: what doubles or loops runs out, whatever its form.
 */
export class WorkMeter {
  private left = 0;
  private sizes = new WeakMap<object, number>();

  reset(): void {
    this.left = EXPRESSION_LIMITS.work;
    this.sizes = new WeakMap();
  }

  charge(value: unknown): unknown {
    this.spend(this.sizeOf(value));
    return value;
  }

  spend(work: number): void {
    this.left -= work;
    if (this.left < 0) {
      throw expressionError('The expression takes too much work.', 'Select less before you repeat or join.');
    }
  }

  private sizeOf(value: unknown): number {
    if (typeof value === 'string') return 1 + value.length / 8;
    if (typeof value !== 'object' || value === null) return 1;
    const known = this.sizes.get(value);
    if (known !== undefined) return known;
    let size = 1;
    for (const member of Object.values(value)) size += this.sizeOf(member);
    this.sizes.set(value, size);
    // Looking is work too: a fresh list is walked once.
    this.spend(size);
    return size;
  }
}
