import { buffer } from 'node:stream/consumers';

import { pack } from 'tar-stream';

import { ARCHIVE_LIMITS } from './archive.limits.js';
import { refused, tooLarge } from './archive.refusal.js';
import { EntryPaths } from './entry-path.js';
import { storeGzip } from './gzip.js';

export interface ArchiveEntry {
  /** Relative, with `/`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * The archive of these files: ustar, sorted by bytes of the name, no times and owners, mode 0644, one gzip member without
 * compression. The same files give the same bytes on every machine and with every Node.
 * Throws {@link WpkError} `WPK.ARCHIVE` or `WPK.TOO_LARGE` for what `readPackage` would refuse of the container.
 */
export async function packArchive(entries: readonly ArchiveEntry[]): Promise<Buffer> {
  const paths = new EntryPaths();
  const files = entries.map(({ path, bytes }) => ({ path: paths.addFile(path), bytes: Buffer.from(bytes) }));
  if (!files.some(({ path }) => path === 'wpk.yaml')) {
    throw refused('There is no wpk.yaml.', 'A package folder holds wpk.yaml at its root.');
  }
  const large = files.find(({ bytes }) => bytes.length > ARCHIVE_LIMITS.entryBytes);
  if (large) throw tooLarge(`'${large.path}' has more than ${ARCHIVE_LIMITS.entryBytes} bytes.`);
  files.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  const tar = pack();
  for (const { path, bytes } of files) {
    tar.entry({ name: path, mode: 0o644, mtime: new Date(0), uid: 0, gid: 0, type: 'file' }, bytes);
  }
  tar.finalize();
  const packed = storeGzip(await buffer(tar));
  if (packed.length > ARCHIVE_LIMITS.bytes) {
    throw tooLarge(`The package has ${packed.length} bytes; at most ${ARCHIVE_LIMITS.bytes} are allowed.`);
  }
  return packed;
}
