import { isJsonObject } from '../json.js';
import type { Refuse } from './members.js';

/**
 * Standard base64 (RFC 4648 §4) read to the letter: no url-safe letters, no blanks, full padding, unused bits zero, so one
 * value has one text. Returns undefined for anything else; Buffer.from alone skips what it does not know.
 */
export function strictBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** The libraries decode bytes loosely; every member of these names must be strict base64, wherever it is. */
export function checkBytes(node: unknown, names: ReadonlySet<string>, refuse: Refuse, name = ''): void {
  if (Array.isArray(node)) {
    for (const item of node) checkBytes(item, names, refuse, name);
  } else if (isJsonObject(node)) {
    for (const [member, value] of Object.entries(node)) checkBytes(value, names, refuse, member);
  } else if (names.has(name) && (typeof node !== 'string' || strictBase64(node) === undefined)) {
    throw refuse(`${name} is not base64 with the standard alphabet and full padding`);
  }
}
