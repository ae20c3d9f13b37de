import { Readable, Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';

import { extract, type Header } from 'tar-stream';

import { WpkError } from '../wpk.error.js';
import { ARCHIVE_LIMITS } from './archive.limits.js';
import type { ArchiveEntry } from './archive.packer.js';
import { EntryPaths } from './entry-path.js';
import { splitGzip } from './gzip.js';

const BLOCK = 512;

/**
 * The files of a package archive, in its order; nothing touches the disk. Accepts one gzip member that holds one ustar archive of
 * plain files and directories without extension headers, so that every reader sees the same files.
 * Throws {@link WpkError} `WPK.ARCHIVE` or `WPK.TOO_LARGE`.
 */
export async function readArchive(bytes: Uint8Array): Promise<ArchiveEntry[]> {
  if (bytes.length > ARCHIVE_LIMITS.bytes) {
    throw WpkError.of(
      'WPK.TOO_LARGE',
      `The package has ${bytes.length} bytes; at most ${ARCHIVE_LIMITS.bytes} are allowed.`,
    );
  }
  const member = splitGzip(bytes);
  const inflate = createInflateRaw();
  const unpacked = new UnpackedMeter(bytes.length);
  const tar = extract();
  const collector = new EntryCollector();
  const outcomes = await Promise.allSettled([
    pipeline(Readable.from([member.deflated]), inflate, unpacked, tar),
    collector.collect(tar),
  ]);
  requireFulfilled(outcomes);
  if (inflate.bytesWritten !== member.deflated.length) {
    throw refused('The gzip file has data after its end, or more than one member.');
  }
  if (unpacked.crc !== member.crc || unpacked.total % 2 ** 32 !== member.size) {
    throw refused('The gzip checksum is wrong.');
  }
  collector.requireEnd(unpacked);
  return collector.entries;
}

/** Counts, sums and bounds what comes out of the decompressor, while it comes. */
class UnpackedMeter extends Transform {
  total = 0;
  crc = 0;
  /** Everything from here on is zero. */
  zeroFrom = 0;
  private readonly limit: number;

  constructor(packedBytes: number) {
    super();
    const byRatio = Math.max(ARCHIVE_LIMITS.ratioFreeBytes, packedBytes * ARCHIVE_LIMITS.ratio);
    this.limit = Math.min(ARCHIVE_LIMITS.unpackedBytes, byRatio);
  }

  override _transform(chunk: Buffer, _encoding: string, done: (error?: Error | null, data?: Buffer) => void): void {
    let end = chunk.length;
    while (end > 0 && chunk[end - 1] === 0) end -= 1;
    if (end > 0) this.zeroFrom = this.total + end;
    this.total += chunk.length;
    this.crc = crc32(chunk, this.crc);
    if (this.total <= this.limit) done(null, chunk);
    else done(WpkError.of('WPK.TOO_LARGE', `The archive unpacks to more than ${this.limit} bytes.`));
  }
}

class EntryCollector {
  readonly entries: ArchiveEntry[] = [];
  private readonly paths = new EntryPaths();
  /** Where the archive must end when it holds nothing but what was seen. */
  private expectedEnd = 0;

  async collect(tar: ReturnType<typeof extract>): Promise<void> {
    for await (const entry of tar) {
      const { header } = entry;
      const size = requirePlain(header);
      this.expectedEnd += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
      if (header.type === 'directory') this.paths.addDirectory(header.name);
      const path = header.type === 'file' ? this.paths.addFile(header.name) : undefined;
      const bytes = await buffer(entry);
      if (path !== undefined) this.entries.push({ path, bytes });
    }
  }

  /** An extension header, an entry after the end or a hidden block makes the archive longer than the entries that were seen. */
  requireEnd({ total, zeroFrom }: UnpackedMeter): void {
    const end = this.expectedEnd + 2 * BLOCK;
    if (zeroFrom > this.expectedEnd || total < end || total > end + ARCHIVE_LIMITS.paddingBytes) {
      throw refused('The archive has extension headers, data after its end, or no end.');
    }
  }
}

function requirePlain({ type, mode, size, name, pax }: Header): number {
  const hasExtension = pax !== undefined && pax !== null && Object.keys(pax).length > 0;
  if ((type !== 'file' && type !== 'directory') || hasExtension) {
    throw refused(`${JSON.stringify(name)} is no plain file.`);
  }
  if ((mode & 0o7000) !== 0) throw refused(`'${name}' has a setuid, setgid or sticky bit.`);
  if (!Number.isSafeInteger(size) || size < 0 || (type === 'directory' && size > 0)) {
    throw refused(`'${name}' has a wrong size.`);
  }
  if (size > ARCHIVE_LIMITS.entryBytes) {
    throw WpkError.of('WPK.TOO_LARGE', `'${name}' has more than ${ARCHIVE_LIMITS.entryBytes} bytes.`);
  }
  return size;
}

/** Where one end of the stream fails the other is torn down with it: the error that says something is our own. */
function requireFulfilled(outcomes: readonly PromiseSettledResult<void>[]): void {
  const reasons = outcomes.flatMap((outcome): unknown[] => (outcome.status === 'rejected' ? [outcome.reason] : []));
  if (reasons.length > 0) throw asArchiveError(reasons.find((reason) => reason instanceof WpkError) ?? reasons[0]);
}

function asArchiveError(cause: unknown): WpkError {
  if (cause instanceof WpkError) return cause;
  const detail = `The archive cannot be read: ${cause instanceof Error ? cause.message : 'unknown reason'}.`;
  return new WpkError('WPK.ARCHIVE', [{ pointer: '', detail, hint: 'Make the package with atomctl pack.' }], { cause });
}

function refused(detail: string): WpkError {
  return WpkError.of('WPK.ARCHIVE', detail, { hint: 'Make the package with atomctl pack.' });
}
