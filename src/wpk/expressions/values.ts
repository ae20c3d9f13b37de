import { expressionError } from './expression.error.js';
import { EXPRESSION_LIMITS } from './limits.js';

const MAX_DEPTH = 64;

/**
 * JSON as CEL wants it: integers as BigInt (a JavaScript number would be a double, and `replicas + 1` an error) and objects
 * without prototype, so that no expression reaches a method of ours.
 */
export function toCel(value: unknown, depth = 0): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) throw expressionError(`A value is nested deeper than ${MAX_DEPTH} levels.`);
  if (Array.isArray(value)) return value.map((item) => toCel(item, depth + 1) ?? null);
  const members: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) members[key] = toCel(member, depth + 1);
  }
  return members;
}

/** The result of an expression as plain JSON of bounded size; what JSON cannot say is an error that names the way out. */
export function fromCel(value: unknown): unknown {
  return new ResultReader().read(value, 0);
}

class ResultReader {
  private length = 0;

  read(value: unknown, depth: number): unknown {
    if (depth > MAX_DEPTH) throw expressionError(`The result is nested deeper than ${MAX_DEPTH} levels.`);
    if (value === null) return this.sized(null, 4);
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'boolean') return this.sized(value, 5);
    if (typeof value === 'number') return this.number(value);
    if (typeof value === 'bigint') return this.integer(value);
    if (typeof value === 'object') return this.object(value, depth);
    throw notJson('of no JSON type');
  }

  private object(value: object, depth: number): unknown {
    if (Array.isArray(value)) return value.map((item) => this.read(item, depth + 1));
    if (value instanceof Date) return this.text(value.toISOString());
    if (value instanceof Uint8Array) return this.text(Buffer.from(value).toString('base64'));
    if (value instanceof Map) return this.members([...value], depth);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === null || prototype === Object.prototype) return this.members(Object.entries(value), depth);
    return this.wellKnown(value);
  }

  /** CEL's own types, in the JSON form of protobuf. */
  private wellKnown(value: object): unknown {
    const plain: unknown = value.valueOf();
    if (typeof plain === 'bigint') return this.integer(plain);
    switch (Object.prototype.toString.call(value)) {
      case '[object optional]':
        throw expressionError('The result is an optional value.', 'End the expression with .orValue(…).');
      case '[object google.protobuf.Duration]':
        return this.text(`${String(Number(plain) / 1000)}s`);
      default:
        throw notJson('a type');
    }
  }

  private members(entries: readonly (readonly [unknown, unknown])[], depth: number): Record<string, unknown> {
    // fromEntries defines members, so that not even '__proto__' is more than a name.
    return Object.fromEntries(entries.map(([key, member]) => [this.text(String(key)), this.read(member, depth + 1)]));
  }

  private text(value: string): string {
    return this.sized(value, value.length + 2);
  }

  private number(value: number): number {
    if (!Number.isFinite(value)) throw notJson(String(value));
    return this.sized(Object.is(value, -0) ? 0 : value, 8);
  }

  private integer(value: bigint): number {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) {
      throw expressionError(`The integer ${value.toString()} is too large for JSON.`, 'Make it a text: string(…).');
    }
    return this.sized(number, 8);
  }

  private sized<T>(value: T, length: number): T {
    this.length += length;
    if (this.length > EXPRESSION_LIMITS.resultLength) {
      throw expressionError(`The result is larger than ${EXPRESSION_LIMITS.resultLength} characters.`);
    }
    return value;
  }
}

function notJson(what: string): Error {
  return expressionError(`The result is ${what}, which JSON cannot say.`, 'Make it a text: string(…).');
}
