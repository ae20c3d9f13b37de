import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

import { describe, expect, it } from '@jest/globals';

import { storeGzip } from '../../src/wpk/archive/gzip.js';
import { paxRecord, type TarEntry, tarOf } from './tar.writer.js';
import { many, MIB, noise, yaml } from './tarball.case.js';
import { bomb } from './tarballs.bytes.js';

const CHILD = path.join(import.meta.dirname, 'memory.child.mjs');

async function peakOf(input: Buffer, times = 1): Promise<{ readonly outcome: string; readonly peakKiB: number }> {
  const running = promisify(execFile)(process.execPath, [CHILD, String(times)], { encoding: 'utf8' });
  running.child.stdin?.end(input);
  return JSON.parse((await running).stdout) as { outcome: string; peakKiB: number };
}

const stored = (...entries: readonly TarEntry[]): Buffer => storeGzip(tarOf(...entries));
const files = (count: number, body: Buffer): TarEntry[] => many(count, (at) => ({ name: `tests/${at}`, body }));
const four = noise(4 * MIB);
const repeating = Buffer.alloc(4 * MIB, noise(20_000));
const text = (piece: string, bytes: number): Buffer => Buffer.alloc(bytes, piece);
const dense = (count: number): TarEntry => ({
  name: 'wpk.yaml',
  body: Array.from({ length: count }, (_, at) => `k${at}: 1\n`).join(''),
});

const INPUTS: readonly (readonly [name: string, expected: string, make: () => Buffer])[] = [
  ['an archive that does not compress', 'accepted', () => stored(yaml, ...files(4, four))],
  ['an archive of 48 MiB unpacked', 'accepted', () => gzipSync(tarOf(yaml, ...files(12, repeating)), { level: 1 })],
  [
    'an archive of 52 MiB unpacked',
    'WPK.TOO_LARGE',
    () => gzipSync(tarOf(yaml, ...files(13, repeating)), { level: 1 }),
  ],
  ['a bomb of 18 GiB', 'WPK.TOO_LARGE', () => bomb(tarOf(yaml), 18 * 1024)],
  ['2,000 entries', 'accepted', () => stored(yaml, ...files(1_998, noise(9_700)))],
  ['the heaviest document in the heaviest archive', 'WPK.SCHEMA', () => stored(dense(9_900), ...files(4, four))],
  [
    'the longest README.md',
    'accepted',
    () => stored(yaml, { name: 'README.md', body: text('x\n', MIB) }, ...files(4, four)),
  ],
  [
    'a pax header of 4 MiB',
    'WPK.ARCHIVE',
    () => stored(yaml, { name: 'x', type: 'x', body: paxRecord('path', 'x'.repeat(4 * MIB)) }),
  ],
  ['a broken body', 'WPK.ARCHIVE', () => Buffer.concat([gzipSync('').subarray(0, 10), noise(19 * MIB)])],
  ['an endless run of members', 'WPK.ARCHIVE', () => Buffer.alloc(20 * MIB, gzipSync(''))],
  ['more than may come', 'WPK.TOO_LARGE', () => Buffer.concat([gzipSync('').subarray(0, 10), noise(20 * MIB)])],
  ['text that looks like YAML', 'WPK.TOO_LARGE', () => text('key: value\n', 20 * MIB)],
  ['brackets', 'WPK.TOO_LARGE', () => text('[', 20 * MIB)],
  ['zeros', 'WPK.TOO_LARGE', () => Buffer.alloc(20 * MIB)],
];

/** Built first: `npm run build`. */
describe('reading 20 MiB', () => {
  it.each(INPUTS)('takes less than 256 MiB of memory: %s', async (_name, expected, make) => {
    const { outcome, peakKiB } = await peakOf(make());
    expect(outcome).toBe(expected);
    expect(peakKiB).toBeGreaterThan(20 * 1024); // it did measure
    expect(peakKiB).toBeLessThan(256 * 1024);
  });
});

describe('reading forty packages at the same time', () => {
  it('takes little more memory than one does, however much each of them unpacks to', async () => {
    const packed = gzipSync(tarOf(yaml, ...files(12, repeating)), { level: 1 });
    const { outcome, peakKiB } = await peakOf(packed, 40);
    expect(outcome).toBe('accepted');
    expect(peakKiB).toBeLessThan(256 * 1024);
  });
});
