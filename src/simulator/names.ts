import { createHash, randomInt } from 'node:crypto';

/** The letters that Kubernetes uses in generated names: no vowels, nothing that looks like something else. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

export function randomSuffix(length = 5): string {
  return Array.from({ length }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
}

/** Same value, same text: names the revisions of a pod template. */
export function hashOf(value: unknown, length = 10): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(sorted(value)))
    .digest();
  return Array.from(digest.subarray(0, length), (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join('');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([name, child]) => [name, sorted(child)]);
}
