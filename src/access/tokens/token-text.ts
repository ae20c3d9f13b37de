import { createHash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const FORM = /^atom_pat_([0-9A-Za-z]{22})_([0-9A-Za-z]{6})$/;

/**
 * A new token: `atom_pat_<22 base62>_<checksum>`. 131 random bits, so that a plain SHA-256 is enough to store it; prefix and
 * checksum let secret scanners tell it from noise.
 */
export function createTokenText(): string {
  const random = Array.from({ length: 22 }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
  return `atom_pat_${random}_${checksum(random)}`;
}

/** False for a token that was mistyped or cut off. A bootstrap token may have any form, so this is a hint, not a gate. */
export function hasChecksum(text: string): boolean {
  const [, random, sum] = FORM.exec(text) ?? [];
  return random !== undefined && checksum(random) === sum;
}

export function hashToken(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

function checksum(random: string): string {
  let rest = crc32(random);
  let text = '';
  for (let i = 0; i < 6; i++) {
    text = ALPHABET.charAt(rest % 62) + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}
