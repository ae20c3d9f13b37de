import { WpkError } from '../wpk.error.js';

// C0 and C1 controls other than tab, line feed and carriage return; DEL; and the byte order mark wherever it stands.
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufeff]/u;

/** Bytes from outside as text: at most `maxBytes`, well-formed UTF-8, no byte order mark, no control characters. */
export function readText(bytes: Uint8Array, maxBytes: number): string {
  if (bytes.length > maxBytes) {
    const detail = `The document has ${bytes.length} bytes; at most ${maxBytes} are allowed.`;
    throw WpkError.of('WPK.TOO_LARGE', detail, { hint: 'Make the document smaller.' });
  }
  const text = decode(bytes);
  refuseCharacters(text, FORBIDDEN, 'Save the file as UTF-8 without byte order mark and without control characters.');
  return text;
}

/** Throws `WPK.MALFORMED` at the first character of a text that the pattern finds. */
export function refuseCharacters(text: string, pattern: RegExp, hint: string): void {
  const found = pattern.exec(text);
  if (!found) return;
  throw WpkError.of('WPK.MALFORMED', `The character ${nameOf(found[0])} is not allowed.`, {
    line: text.slice(0, found.index).split('\n').length,
    column: found.index - text.lastIndexOf('\n', found.index),
    hint,
  });
}

/** What is wrong with a text that an escape has spelled, if anything: an escape can spell what the bytes may not hold. */
export function faultOfText(text: string): string | undefined {
  if (/\p{Surrogate}/u.test(text)) return 'A text holds half of a surrogate pair.';
  const found = FORBIDDEN.exec(text);
  return found ? `A text holds the character ${nameOf(found[0])}.` : undefined;
}

/** The beginning of a text that may be a megabyte long. */
export function excerpt(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function nameOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0').toUpperCase()}`;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const problem = { pointer: '', detail: 'The document is not valid UTF-8.', hint: 'Save the file as UTF-8.' };
    throw new WpkError('WPK.MALFORMED', [problem], { cause });
  }
}
