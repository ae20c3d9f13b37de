import { Lexer } from 'yaml';

import type { WpkError, WpkErrorCode } from '../wpk.error.js';
import { LIMITS } from './limits.js';

/** Makes the error for a place in the text. */
export type Refuse = (offset: number, detail: string, hint: string, code?: WpkErrorCode) => WpkError;

// The lexer's own marks, of no length in the text. After the last comes the content of a plain or block scalar.
const SCALAR_MARK = '\u001f';
const MARKS: ReadonlySet<string> = new Set(['\u0002', '\u0018', SCALAR_MARK]);

/**
 * The lexical units of a text, in order. Too much of anything is refused here: parsing costs twice as much again, and composing
 * recurses, so that a megabyte of brackets would cost seconds.
 */
export function lexemesOf(text: string, refuse: Refuse): string[] {
  const lexemes: string[] = [];
  const census = new Census(refuse);
  let before = '';
  for (const lexeme of new Lexer().lex(text)) {
    lexemes.push(lexeme);
    census.take(lexeme, before === SCALAR_MARK);
    before = lexeme;
  }
  return lexemes;
}

class Census {
  private lexemes = 0;
  private values = 0;
  private depth = 0;
  private starts = 0;
  private ends = 0;
  private offset = 0;

  constructor(private readonly refuse: Refuse) {}

  take(lexeme: string, isContent: boolean): void {
    this.lexemes += 1;
    if (this.lexemes > LIMITS.lexemes) throw this.tooLarge('The document has too many parts.');
    if (isContent) this.countValue();
    else this.count(lexeme);
    if (isContent || !MARKS.has(lexeme)) this.offset += lexeme.length;
  }

  private count(lexeme: string): void {
    if (lexeme === '[' || lexeme === '{') this.open();
    else if (lexeme === ']' || lexeme === '}') this.depth -= 1;
    else if (lexeme === '---') this.starts += 1;
    else if (lexeme === '...') this.ends += 1;
    else if (lexeme.startsWith('"') || lexeme.startsWith("'")) this.countValue();
    if (this.starts > 1 || this.ends > 1) throw severalDocuments(this.refuse, this.offset);
  }

  private open(): void {
    this.depth += 1;
    if (this.depth > LIMITS.depth) throw tooDeep(this.refuse, this.offset);
    this.countValue();
  }

  /** Keys too: they cost what values cost. */
  private countValue(): void {
    this.values += 1;
    if (this.values > LIMITS.nodes) throw this.tooLarge(`The document has more than ${LIMITS.nodes} keys and values.`);
  }

  private tooLarge(detail: string): WpkError {
    return this.refuse(this.offset, detail, 'Make the document smaller.', 'WPK.TOO_LARGE');
  }
}

export function severalDocuments(refuse: Refuse, offset: number): WpkError {
  return refuse(offset, 'The file holds more than one document.', 'Keep one document per file.');
}

export function tooDeep(refuse: Refuse, offset: number): WpkError {
  const detail = `The document is nested deeper than ${LIMITS.depth} levels.`;
  return refuse(offset, detail, 'Make the document flatter.', 'WPK.TOO_LARGE');
}
