import { crc32 } from 'node:zlib';

import { ARCHIVE_LIMITS } from './archive.limits.js';
import { refused } from './archive.refusal.js';

/*
 * RFC 1952, by hand, because a package must be exactly one gzip member: Node's gunzip takes several members for one stream and
 * ignores what follows them, so two different files could mean the same package.
 */
const HAS_NAME = 0x08;
const TRAILER_BYTES = 8;
const STORED_BLOCK_BYTES = 0xffff;

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The parts of a gzip file; whether it is only one member is known when `deflated` has been read to its end. */
export interface GzipMember {
  readonly deflated: Buffer;
  readonly crc: number;
  /** Unpacked size modulo 2^32. */
  readonly size: number;
}

export function splitGzip(bytes: Uint8Array): GzipMember {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = headerEnd(buffer);
  const end = buffer.length - TRAILER_BYTES;
  if (start >= end) throw refused('The gzip file is cut short.');
  return { deflated: buffer.subarray(start, end), crc: buffer.readUInt32LE(end), size: buffer.readUInt32LE(end + 4) };
}

function headerEnd(buffer: Buffer): number {
  const flags = buffer[3];
  if (buffer[2] !== 8 || (flags !== 0 && flags !== HAS_NAME)) {
    throw refused('The gzip header has fields that a package may not have.');
  }
  if (flags === 0) return 10;
  const end = buffer.subarray(0, ARCHIVE_LIMITS.gzipHeaderBytes).indexOf(0, 10);
  if (end < 0) throw refused('The file name in the gzip header is too long.');
  return end + 1;
}

/**
 * One gzip member of stored blocks: no time, no name, unknown operating system. Compressed bytes depend on the zlib build and even
 * on the processor; stored ones depend on nothing, so the same content is the same file everywhere and for ever.
 */
export function storeGzip(content: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])];
  for (let at = 0; at === 0 || at < content.length; at += STORED_BLOCK_BYTES) {
    const block = content.subarray(at, at + STORED_BLOCK_BYTES);
    const header = Buffer.alloc(5);
    header.writeUInt8(at + STORED_BLOCK_BYTES >= content.length ? 1 : 0, 0);
    header.writeUInt16LE(block.length, 1);
    header.writeUInt16LE(block.length ^ 0xffff, 3);
    parts.push(header, block);
  }
  const trailer = Buffer.alloc(TRAILER_BYTES);
  trailer.writeUInt32LE(crc32(content), 0);
  trailer.writeUInt32LE(content.length % 2 ** 32, 4);
  return Buffer.concat([...parts, trailer]);
}
