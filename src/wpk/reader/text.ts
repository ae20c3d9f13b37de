import { WpkError } from '../wpk.error.js';

// C0 and C1 controls other than tab, line feed and carriage return; DEL; and the byte order mark wherever it stands.
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufeff]/u;

/** Bytes from outside as text: at most `maxBytes`, well-formed UTF-8, no byte order mark, no control characters. */
export function readText(bytes: Uint8Array, maxBytes: number): string {
  if (bytes.length > maxBytes) {
    throw WpkError.of('WPK.TOO_LARGE', `The document has ${bytes.length} bytes; at most ${maxBytes} are allowed.`);
  }
  const text = decode(bytes);
  const found = FORBIDDEN.exec(text);
  if (found) {
    const line = text.slice(0, found.index).split('\n').length;
    const code = (found[0].codePointAt(0) ?? 0).toString(16).padStart(4, '0').toUpperCase();
    throw WpkError.of('WPK.MALFORMED', `The character U+${code} is not allowed.`, {
      line,
      column: found.index - text.lastIndexOf('\n', found.index),
      hint: 'Save the file as UTF-8 without byte order mark and without control characters.',
    });
  }
  return text;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new WpkError('WPK.MALFORMED', [{ pointer: '', detail: 'The document is not valid UTF-8.' }], { cause });
  }
}

/** False for a text with half of a surrogate pair, which no UTF-8 can carry. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
