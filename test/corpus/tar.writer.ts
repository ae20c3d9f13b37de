import { gzipSync } from 'node:zlib';

/** A header of tar with any bytes in any field; what is left out is as `tar` writes it. */
export interface TarEntry {
  readonly name: string;
  readonly body?: Buffer | string;
  readonly type?: string;
  readonly mode?: string;
  readonly size?: string | Buffer;
  readonly prefix?: string;
  readonly magic?: string;
  readonly link?: string;
  /** Anything else, put down last. */
  readonly patch?: { readonly at: number; readonly bytes: Buffer | string };
  readonly checksum?: string;
}

const BLOCK = 512;

export const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;

export function tarHeader(entry: TarEntry): Buffer {
  const header = Buffer.alloc(BLOCK);
  const size = entry.size ?? octal(Buffer.byteLength(entry.body ?? ''), 11);
  header.write(entry.name, 0, 100);
  header.write(entry.mode ?? octal(0o644, 7), 100, 'latin1');
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  Buffer.from(size).copy(header, 124, 0, 12);
  header.write(octal(0, 11), 136);
  header.write(entry.type ?? '0', 156, 'latin1');
  header.write(entry.link ?? '', 157);
  header.write(entry.magic ?? 'ustar\u000000', 257, 'latin1');
  header.write(entry.prefix ?? '', 345, 155);
  if (entry.patch) Buffer.from(entry.patch.bytes).copy(header, entry.patch.at);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(entry.checksum ?? `${octal(sum, 6)} `, 148, 'latin1');
  return header;
}

/** Header, content, padding. */
export function tarEntry(entry: TarEntry): Buffer {
  const body = Buffer.from(entry.body ?? '');
  return Buffer.concat([tarHeader(entry), body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)]);
}

export const END = Buffer.alloc(2 * BLOCK);

export const tarOf = (...entries: readonly TarEntry[]): Buffer => Buffer.concat([...entries.map(tarEntry), END]);

export const tgzOf = (...entries: readonly TarEntry[]): Buffer => gzipSync(tarOf(...entries));

/** A record of a pax header: its length counts itself. */
export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const length = Buffer.byteLength(rest);
  const digits = String(length + String(length).length).length;
  return `${length + digits}${rest}`;
}
