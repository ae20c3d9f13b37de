import { describe, expect, it } from '@jest/globals';

import { createTokenText, hasChecksum, hashToken } from './token-text.js';

describe('createTokenText', () => {
  it('makes texts of one form, each another', () => {
    const texts = Array.from({ length: 200 }, createTokenText);
    for (const text of texts) expect(text).toMatch(/^atom_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{6}$/);
    expect(new Set(texts).size).toBe(200);
  });
});

describe('hasChecksum', () => {
  it('knows a text that was made here', () => {
    expect(hasChecksum(createTokenText())).toBe(true);
  });

  it('knows a text whose checksum was computed elsewhere', () => {
    expect(hasChecksum('atom_pat_0000000000000000000000_' + base62('0000000000000000000000'))).toBe(true);
  });

  it('finds every single character that was mistyped, and a text that was cut off', () => {
    const text = createTokenText();
    for (let at = 'atom_pat_'.length; at < text.length; at++) {
      const other = text[at] === 'a' ? 'b' : 'a';
      if (text[at] !== '_') expect(hasChecksum(text.slice(0, at) + other + text.slice(at + 1))).toBe(false);
    }
    expect(hasChecksum(text.slice(0, -1))).toBe(false);
    expect(hasChecksum(` ${text}`)).toBe(false);
  });
});

describe('hashToken', () => {
  it('is SHA-256 of the text', () => {
    expect(hashToken('abc').toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});

/** An independent way to the checksum: bitwise CRC-32 (IEEE), six digits 0-9A-Za-z. */
function base62(text: string): string {
  let crc = 0xffffffff;
  for (const byte of Buffer.from(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  let rest = (crc ^ 0xffffffff) >>> 0;
  let out = '';
  for (let i = 0; i < 6; i++, rest = Math.floor(rest / 62)) out = digits.charAt(rest % 62) + out;
  return out;
}
