import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';

import { extract, type Header } from 'tar-stream';

import { WpkError } from '../wpk.error.js';
import { ARCHIVE_LIMITS } from './archive.limits.js';
import { refused, tooLarge } from './archive.refusal.js';
import { EntryPaths } from './entry-path.js';
import { splitGzip } from './gzip.js';
import { TarGuard } from './tar.guard.js';

/** A file of an archive. */
export interface ReadEntry {
  readonly path: string;
  /** Absent unless it was asked for. */
  readonly bytes?: Uint8Array;
}

/**
 * The files of a package archive, in its order; nothing touches the disk, and only the bytes of files that `keeps` asks for stay
 * in memory: a few hundred kilobytes may unpack to 50 MiB, and many may be read at the same time. Accepts one gzip member that
 * holds one ustar archive of plain files and directories without extension headers, so that every reader sees the same files.
 * Throws {@link WpkError} `WPK.ARCHIVE` or `WPK.TOO_LARGE`.
 */
export async function readArchive(bytes: Uint8Array, keeps: (path: string) => boolean): Promise<ReadEntry[]> {
  if (bytes.length > ARCHIVE_LIMITS.bytes) {
    throw tooLarge(`The package has ${bytes.length} bytes; at most ${ARCHIVE_LIMITS.bytes} are allowed.`);
  }
  const member = splitGzip(bytes);
  const inflate = createInflateRaw({ chunkSize: 64 * 1024 }); // fewer turns of the streams than with 16 KiB
  const unpacked = new UnpackedMeter(bytes.length);
  const tar = extract();
  const entries: ReadEntry[] = [];
  const outcomes = await Promise.allSettled([
    pipeline(Readable.from([member.deflated]), inflate, (chunks: AsyncIterable<Buffer>) => unpacked.watch(chunks), tar),
    collect(tar, keeps, entries),
  ]);
  requireFulfilled(outcomes);
  if (inflate.bytesWritten !== member.deflated.length) {
    throw refused('The gzip file has data after its end, or more than one member.');
  }
  if (unpacked.crc !== member.crc || unpacked.total % 2 ** 32 !== member.size) {
    throw refused('The gzip checksum is wrong.');
  }
  return entries;
}

/** Counts, sums, bounds and looks at what comes out of the decompressor, while it comes. */
class UnpackedMeter {
  total = 0;
  crc = 0;
  private readonly guard = new TarGuard();
  private readonly limit: number;

  constructor(packedBytes: number) {
    const byRatio = Math.max(ARCHIVE_LIMITS.ratioFreeBytes, packedBytes * ARCHIVE_LIMITS.ratio);
    this.limit = Math.min(ARCHIVE_LIMITS.unpackedBytes, byRatio);
  }

  async *watch(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      this.total += chunk.length;
      this.crc = crc32(chunk, this.crc);
      if (this.total > this.limit) throw tooLarge(`The archive unpacks to more than ${this.limit} bytes.`);
      this.guard.take(chunk);
      yield chunk;
    }
    this.guard.requireEnd();
  }
}

async function collect(
  tar: ReturnType<typeof extract>,
  keeps: (path: string) => boolean,
  entries: ReadEntry[],
): Promise<void> {
  const paths = new EntryPaths();
  for await (const entry of tar) {
    const { header } = entry;
    requirePlain(header);
    if (header.type === 'directory') paths.addDirectory(header.name);
    const path = header.type === 'file' ? paths.addFile(header.name) : undefined;
    const isKept = path !== undefined && keeps(path);
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) if (isKept) chunks.push(chunk as Uint8Array);
    if (path !== undefined) entries.push({ path, ...(isKept && { bytes: Buffer.concat(chunks) }) });
  }
}

function requirePlain({ type, mode, size, name }: Header): void {
  const quoted = JSON.stringify(name);
  if (type !== 'file' && type !== 'directory') throw refused(`${quoted} is no plain file.`);
  if ((mode & 0o7000) !== 0) throw refused(`${quoted} has a setuid, setgid or sticky bit.`);
  if (type === 'directory' && size > 0) throw refused(`${quoted} is a directory with a size.`);
  if (size > ARCHIVE_LIMITS.entryBytes) throw tooLarge(`${quoted} has more than ${ARCHIVE_LIMITS.entryBytes} bytes.`);
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
