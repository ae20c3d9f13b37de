/**
 * Standard base64 (RFC 4648 §4) read to the letter: no url-safe letters, no blanks, full padding, unused bits zero, so one
 * value has one text. Returns undefined for anything else; Buffer.from alone skips what it does not know.
 */
export function strictBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
