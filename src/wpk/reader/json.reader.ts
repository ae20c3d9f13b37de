import { childPointer } from '../json.js';
import { WpkError } from '../wpk.error.js';
import { LIMITS, PROTOTYPE_KEYS } from './limits.js';
import { SourceMap } from './source-map.js';
import { isWellFormed, readText } from './text.js';
import type { ReadDocument } from './yaml.reader.js';

/**
 * Reads strict JSON (RFC 8259, I-JSON): no duplicate or prototype members, no lone surrogates, integers within ±(2^53 − 1),
 * at most 64 levels and 20,000 values. `JSON.parse` alone keeps the last of two members without a word.
 * Throws {@link WpkError} `WPK.MALFORMED` or `WPK.TOO_LARGE`, with line and column.
 */
export function readJson(bytes: Uint8Array, maxBytes: number = LIMITS.jsonBytes): ReadDocument {
  const text = readText(bytes, maxBytes);
  const source = new SourceMap(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new WpkError('WPK.MALFORMED', [{ pointer: '', detail: `The document is not JSON: ${messageOf(cause)}` }], {
      cause,
    });
  }
  new Scanner(text, source).scan();
  return { value, source };
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'unknown error';
}

// What matters of a text that JSON.parse has accepted: brackets, strings, numbers; the rest is skipped.
const TOKEN = /[{}[\]:,]|"[^"\\]*(?:\\.[^"\\]*)*"|-?[0-9][0-9.eE+-]*|true|false|null/gy;
const BLANKS = /[ \t\r\n]*/y;

interface Container {
  readonly pointer: string;
  /** Absent in a list. */
  readonly members?: Set<string>;
  /** The member or item that comes next. */
  next: string | number;
}

/** Walks valid JSON text once, without recursion, and refuses what JSON.parse lets pass. */
class Scanner {
  private readonly open: Container[] = [];
  private nodes = 0;
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly source: SourceMap,
  ) {}

  scan(): void {
    for (let token = this.nextToken(); token !== undefined; token = this.nextToken()) this.take(token);
  }

  private nextToken(): string | undefined {
    BLANKS.lastIndex = this.at;
    BLANKS.exec(this.text);
    this.at = BLANKS.lastIndex;
    TOKEN.lastIndex = this.at;
    return TOKEN.exec(this.text)?.[0];
  }

  private take(token: string): void {
    const inside = this.open.at(-1);
    if (token === '}' || token === ']') this.open.pop();
    else if (token === ',') this.separate(inside);
    else if (token !== ':') this.takeValue(token, inside);
    this.at += token.length;
  }

  private separate(inside: Container | undefined): void {
    if (inside && typeof inside.next === 'number') inside.next += 1;
    else if (inside) inside.next = '';
  }

  private takeValue(token: string, inside: Container | undefined): void {
    if (token.startsWith('"')) this.requireText(token);
    if (inside?.members && token.startsWith('"') && inside.next === '' && this.isKey(token)) {
      this.takeKey(token, inside, inside.members);
      return;
    }
    this.nodes += 1;
    if (this.nodes > LIMITS.nodes) {
      throw this.refuse(`The document has more than ${LIMITS.nodes} values.`, 'WPK.TOO_LARGE');
    }
    const pointer = inside ? childPointer(inside.pointer, inside.next) : '';
    if (!inside?.members) this.source.record(pointer, this.at);
    if (token === '{') this.enter({ pointer, members: new Set(), next: '' });
    else if (token === '[') this.enter({ pointer, next: 0 });
    else if (/^[-0-9]/.test(token)) this.requireExact(token);
  }

  /** In an object a string is a key exactly when a colon follows. */
  private isKey(token: string): boolean {
    BLANKS.lastIndex = this.at + token.length;
    BLANKS.exec(this.text);
    return this.text[BLANKS.lastIndex] === ':';
  }

  private takeKey(token: string, inside: Container, members: Set<string>): void {
    const key = String(JSON.parse(token));
    if (members.has(key)) throw this.refuse(`The member ${token} stands twice in one object.`);
    if (PROTOTYPE_KEYS.has(key)) throw this.refuse(`The member ${token} is not allowed.`);
    if (key.length > LIMITS.keyLength) throw this.refuse('A member name is too long.', 'WPK.TOO_LARGE');
    members.add(key);
    inside.next = key;
    this.source.record(childPointer(inside.pointer, key), this.at);
  }

  private enter(container: Container): void {
    this.open.push(container);
    if (this.open.length > LIMITS.depth) {
      throw this.refuse(`The document is nested deeper than ${LIMITS.depth} levels.`, 'WPK.TOO_LARGE');
    }
  }

  private requireText(token: string): void {
    // Only an escape can spell a lone surrogate: the bytes were well-formed UTF-8.
    if (token.includes('\\u') && !isWellFormed(String(JSON.parse(token)))) {
      throw this.refuse('A text holds half of a surrogate pair.');
    }
  }

  private requireExact(token: string): void {
    const value = Number(token);
    const isExact = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
    if (!isExact) throw this.refuse(`The number ${token.slice(0, 40)} cannot be kept exactly.`);
  }

  private refuse(detail: string, code: 'WPK.MALFORMED' | 'WPK.TOO_LARGE' = 'WPK.MALFORMED'): WpkError {
    return WpkError.of(code, detail, this.source.positionOf(this.at));
  }
}
