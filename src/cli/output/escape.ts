/*
 * Text from a server or a package may hold terminal control sequences (hide a line, set the title, paste into the shell) or
 * bidirectional overrides that show one thing and say another. Everything that is not plain text becomes visible.
 */
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;
const unsafeOrBreak = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** Control characters as `\u001b`; line breaks and tabs stay. */
export function escapeText(text: string): string {
  return text.replace(unsafe, escapeCharacter);
}

/** As escapeText, and line breaks and tabs too: the answer is one line. */
export function escapeLine(text: string): string {
  return text.replace(unsafeOrBreak, escapeCharacter);
}

function escapeCharacter(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
