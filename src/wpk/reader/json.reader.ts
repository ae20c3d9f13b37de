import { WpkError, type WpkErrorCode } from '../wpk.error.js';
import { LIMITS, PROTOTYPE_KEYS } from './limits.js';
import { SourceMap, SourceNode } from './source-map.js';
import { excerpt, faultOfText, readText } from './text.js';
import type { ReadDocument } from './yaml.reader.js';

/**
 * Reads strict JSON (RFC 8259, I-JSON): no duplicate or prototype members, no lone surrogates or control characters, integers
 * within ±(2^53 − 1), at most 64 levels and 20,000 values. `JSON.parse` alone keeps the last of two members without a word.
 * Throws {@link WpkError} `WPK.MALFORMED` or `WPK.TOO_LARGE`, with line and column.
 */
export function readJson(bytes: Uint8Array, maxBytes: number = LIMITS.jsonBytes): ReadDocument {
  const text = readText(bytes, maxBytes);
  const source = new SourceMap(text);
  new Scanner(text, source).scan();
  return { value: JSON.parse(text) as unknown, source };
}

// RFC 8259 §2, §6, §7. The string is written so that it matches without a choice at every character.
const TOKEN =
  /[{}[\]:,]|"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null/y;
const BLANKS = /[ \t\r\n]*/y;

type Expected = 'value' | 'value or ]' | 'member' | 'member or }' | 'colon' | 'comma' | 'end';

interface Container {
  readonly place: SourceNode;
  readonly isObject: boolean;
  /** Where the value that comes next stands. */
  next: SourceNode;
  index: number;
}

/** Walks the text once, without recursion: what it lets pass is JSON, and means the same to every reader. */
class Scanner {
  private readonly open: Container[] = [];
  /** What a refusal points at. */
  private place: SourceNode | undefined;
  private expected: Expected = 'value';
  private nodes = 0;
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly source: SourceMap,
  ) {}

  scan(): void {
    this.skipBlanks();
    while (this.at < this.text.length) {
      TOKEN.lastIndex = this.at;
      const token = TOKEN.exec(this.text)?.[0];
      if (token === undefined) throw this.unexpected();
      this.take(token);
      this.at += token.length;
      this.skipBlanks();
    }
    if (this.expected !== 'end') throw this.unexpected();
  }

  private skipBlanks(): void {
    BLANKS.lastIndex = this.at;
    BLANKS.exec(this.text);
    this.at = BLANKS.lastIndex;
  }

  private take(token: string): void {
    const inside = this.open.at(-1);
    this.place = inside?.place;
    if (token === '}' || token === ']') this.close(token, inside);
    else if (token === ',') this.separate(inside);
    else if (token === ':') this.advance('colon', 'value');
    else if (inside && this.expected.startsWith('member')) this.takeKey(token, inside);
    else this.takeValue(token, inside);
  }

  private advance(from: Expected, to: Expected): void {
    if (this.expected !== from) throw this.unexpected();
    this.expected = to;
  }

  private close(token: string, inside: Container | undefined): void {
    const isEmpty = this.expected === (inside?.isObject ? 'member or }' : 'value or ]');
    const isRight = inside?.isObject === (token === '}');
    if (!isRight || !(isEmpty || this.expected === 'comma')) throw this.unexpected();
    this.open.pop();
    this.expected = this.open.length === 0 ? 'end' : 'comma';
  }

  private separate(inside: Container | undefined): void {
    this.advance('comma', inside?.isObject ? 'member' : 'value');
    if (inside) inside.index += 1;
  }

  private takeKey(token: string, inside: Container): void {
    if (!token.startsWith('"')) throw this.unexpected();
    this.requireText(token);
    const key = String(JSON.parse(token));
    if (key.length > LIMITS.keyLength) {
      throw this.tooLarge(`A member name is longer than ${LIMITS.keyLength} characters.`);
    }
    if (PROTOTYPE_KEYS.has(key)) throw this.malformed(`The member ${token} is not allowed.`, 'Take another name.');
    const twin = inside.place.find(key);
    if (twin) {
      this.place = twin;
      throw this.malformed(`The member ${token} stands twice in one object.`, 'Keep one of them.');
    }
    inside.next = inside.place.add(key, this.at);
    this.expected = 'colon';
  }

  private takeValue(token: string, inside: Container | undefined): void {
    if (!this.expected.startsWith('value')) throw this.unexpected();
    this.nodes += 1;
    if (this.nodes > LIMITS.nodes) throw this.tooLarge(`The document has more than ${LIMITS.nodes} values.`);
    const place = this.placeOfValue(inside);
    this.place = place;
    if (token === '{' || token === '[') {
      this.enter({ place, isObject: token === '{', next: place, index: 0 });
      return;
    }
    if (token.startsWith('"')) this.requireText(token);
    else if (/^[-0-9]/.test(token)) this.requireExact(token);
    this.expected = inside ? 'comma' : 'end';
  }

  private placeOfValue(inside: Container | undefined): SourceNode {
    if (inside?.isObject) return inside.next;
    if (!inside) return (this.source.root = new SourceNode(this.at));
    return (inside.next = inside.place.add(inside.index, this.at));
  }

  private enter(container: Container): void {
    this.open.push(container);
    if (this.open.length > LIMITS.depth) {
      throw this.tooLarge(`The document is nested deeper than ${LIMITS.depth} levels.`);
    }
    this.expected = container.isObject ? 'member or }' : 'value or ]';
  }

  private requireText(token: string): void {
    if (!token.includes('\\')) return; // the bytes were looked at; only an escape can spell what they may not hold
    const fault = faultOfText(String(JSON.parse(token)));
    if (fault !== undefined) throw this.malformed(fault, 'Remove the character.');
  }

  private requireExact(token: string): void {
    const value = Number(token);
    const isExact = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
    if (!isExact) {
      throw this.malformed(`The number ${excerpt(token)} cannot be kept exactly.`, 'Write it as a text in quotes.');
    }
  }

  private unexpected(): WpkError {
    const isOver = this.at >= this.text.length;
    const expected = this.expected === 'end' ? 'nothing more' : `a ${this.expected}`;
    const found = isOver ? 'the end of the file' : excerpt(JSON.stringify(this.text.slice(this.at, this.at + 20)));
    const hint = 'JSON has double quotes, no comments, and no comma after the last value.';
    return this.malformed(`The document is not JSON: ${expected} was expected, not ${found}.`, hint);
  }

  private malformed(detail: string, hint: string): WpkError {
    return this.refuse('WPK.MALFORMED', detail, hint);
  }

  private tooLarge(detail: string): WpkError {
    return this.refuse('WPK.TOO_LARGE', detail, 'Make the document smaller.');
  }

  private refuse(code: WpkErrorCode, detail: string, hint: string): WpkError {
    return WpkError.of(code, detail, { pointer: this.place?.pointer ?? '', ...this.source.positionOf(this.at), hint });
  }
}
