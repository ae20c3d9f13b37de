import { ARCHIVE_LIMITS } from './archive.limits.js';
import { refused, tooLarge } from './archive.refusal.js';

const BLOCK = 512;

const ZEROS = Buffer.alloc(BLOCK);
const NUMBER = /^ *[0-7]+[ \0]*$/;
/** Headers that say something about the entry after them (POSIX pax, Solaris, GNU): readers differ in which they obey. */
const EXTENSIONS: ReadonlySet<string> = new Set(['x', 'g', 'X', 'L', 'K', 'N']);

/**
 * Looks at the blocks of a tar file before tar-stream does, which is lenient where others are not: it reads `12x` as a number,
 * obeys extension headers, and goes on after the block of zeros that ends an archive. Two readers must not see two packages.
 */
export class TarGuard {
  private readonly header = Buffer.alloc(BLOCK);
  /** Bytes of the header that have come. */
  private filled = 0;
  /** Bytes of the entry that are still to come, padding included. */
  private rest = 0;
  private entries = 0;
  /** Bytes since the end of the entries; undefined before. */
  private tail: number | undefined;

  /** Throws `WPK.ARCHIVE` or `WPK.TOO_LARGE`. */
  take(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) at += this.takePart(chunk.subarray(at));
  }

  /** To be called when all has come. */
  requireEnd(): void {
    if (this.tail === undefined || this.tail < 2 * BLOCK || this.tail % BLOCK !== 0) {
      throw refused('The archive is cut short: two blocks of zeros must end it.');
    }
  }

  /** Says how many bytes it took. */
  private takePart(part: Buffer): number {
    if (this.tail !== undefined) return this.takeTail(part, this.tail);
    if (this.rest > 0) {
      const count = Math.min(this.rest, part.length);
      this.rest -= count;
      return count;
    }
    const count = part.copy(this.header, this.filled);
    this.filled += count;
    if (this.filled === BLOCK) this.takeHeader();
    return count;
  }

  private takeTail(part: Buffer, before: number): number {
    const some = part.subarray(0, BLOCK);
    if (!some.equals(ZEROS.subarray(0, some.length))) throw refused('The archive has data after its end.');
    this.tail = before + some.length;
    if (this.tail > 2 * BLOCK + ARCHIVE_LIMITS.paddingBytes) throw tooLarge('The archive has too much padding.');
    return some.length;
  }

  private takeHeader(): void {
    this.filled = 0;
    if (this.header.equals(ZEROS)) {
      this.tail = BLOCK;
      return;
    }
    if (this.number(148, 8) !== checksum(this.header)) throw refused('A header of the archive has a wrong checksum.');
    const type = this.text(156, 1);
    if (EXTENSIONS.has(type)) throw refused(`The archive has extension headers (type ${type}).`);
    this.requireFormat();
    this.number(100, 8);
    this.rest = Math.ceil(this.number(124, 12) / BLOCK) * BLOCK;
    this.entries += 1;
    if (this.entries > ARCHIVE_LIMITS.entries) {
      throw tooLarge(`The archive has more than ${ARCHIVE_LIMITS.entries} entries.`);
    }
  }

  /** POSIX ustar, or GNU without the fields that lie where POSIX has the beginning of a long name. */
  private requireFormat(): void {
    const magic = this.text(257, 8);
    const isGnu = magic === 'ustar  \0';
    if (magic !== 'ustar\u000000' && !isGnu) throw refused('A header of the archive is not of the ustar format.');
    if (isGnu && this.header.subarray(345).some((byte) => byte !== 0)) {
      throw refused('A header of the archive has GNU extensions.');
    }
  }

  private number(offset: number, length: number): number {
    const text = this.text(offset, length);
    if (!NUMBER.test(text)) throw refused('A header of the archive has a field that is not an octal number.');
    return Number.parseInt(text, 8);
  }

  private text(offset: number, length: number): string {
    return this.header.toString('latin1', offset, offset + length);
  }
}

/** POSIX ustar: the sum of the header's bytes, with blanks in place of the sum itself. */
function checksum(header: Buffer): number {
  let sum = 8 * 0x20;
  for (const [at, byte] of header.entries()) if (at < 148 || at >= 156) sum += byte;
  return sum;
}
