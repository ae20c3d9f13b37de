/** Bounds of an archive. */
export const ARCHIVE_LIMITS = {
  bytes: 20 * 1024 * 1024,
  entries: 2_000,
  entryBytes: 5 * 1024 * 1024,
  /** All entries together, and what their headers add. */
  unpackedBytes: 50 * 1024 * 1024,
  /** Unpacked to packed, beyond the first 64 KiB, where the padding of a small archive weighs most: real text stays far below. */
  ratio: 100,
  ratioFreeBytes: 64 * 1024,
  /** The padding that GNU tar adds after the end of the archive. */
  paddingBytes: 20 * 512,
  pathDepth: 16,
  gzipHeaderBytes: 512,
} as const;
