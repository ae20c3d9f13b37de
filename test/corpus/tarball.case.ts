import type { WpkErrorCode } from '../../src/wpk/index.js';
import type { Case } from './case.js';
import { writeDocument } from './document.writer.js';
import { seedTree } from './seed.js';
import type { TarEntry } from './tar.writer.js';

export const MIB = 1024 * 1024;

export const yaml: TarEntry = { name: 'wpk.yaml', body: writeDocument(seedTree, 'block').text };

export const tarball = (
  rule: string,
  name: string,
  bytes: Buffer,
  expected: WpkErrorCode | 'accepted' = 'WPK.ARCHIVE',
): Case => ({
  ...{ rule, name, bytes, expected },
  isPlaceless: true,
});

/** Bytes that do not compress, the same every time. */
export function noise(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let state = 1;
  for (let at = 0; at < size; at++) bytes[at] = (state = (state * 1_103_515_245 + 12_345) >>> 0) >>> 16;
  return bytes;
}

export const many = (count: number, make: (at: number) => TarEntry): TarEntry[] =>
  Array.from({ length: count }, (_, at) => make(at));
