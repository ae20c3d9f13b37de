import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { deflateRawSync, gunzipSync, gzipSync } from 'node:zlib';

import { describe, expect, it } from '@jest/globals';
import { type Header, pack } from 'tar-stream';

import { type ArchiveEntry, packArchive } from './archive.packer.js';
import { readArchive as read, type ReadEntry } from './archive.reader.js';
import { storeGzip } from './gzip.js';

type Entry = Partial<Header> & { readonly name: string; readonly body?: string | Buffer };

const yaml: Entry = { name: 'wpk.yaml', body: 'a: 1\n' };

async function tarOf(...entries: readonly Entry[]): Promise<Buffer> {
  const tar = pack();
  for (const { body = '', ...header } of entries) tar.entry(header, body);
  tar.finalize();
  return buffer(tar);
}

const tgzOf = async (...entries: readonly Entry[]): Promise<Buffer> => gzipSync(await tarOf(...entries));
const files = (record: Readonly<Record<string, string>>): ArchiveEntry[] =>
  Object.entries(record).map(([path, text]) => ({ path, bytes: Buffer.from(text) }));
const readArchive = (bytes: Uint8Array, keeps: (path: string) => boolean = () => true): Promise<ReadEntry[]> =>
  read(bytes, keeps);
const refused = (code = 'WPK.ARCHIVE'): unknown => expect.objectContaining({ code });

/** A tar header with one field changed and the checksum put right. */
function patched(tar: Buffer, offset: number, bytes: string | Buffer): Buffer {
  const copy = Buffer.from(tar);
  Buffer.from(bytes).copy(copy, offset);
  copy.fill(' ', 148, 156);
  const sum = copy.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  copy.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return copy;
}

describe('packArchive', () => {
  const folder = { 'wpk.yaml': 'a: 1\n', 'README.md': '# Demo\n', 'tests/B.yaml': '{}\n', 'tests/a.yaml': '{}\n' };

  it('makes the same bytes from the same folder, whatever the order, for ever', async () => {
    const packed = await packArchive(files(folder));
    expect(await packArchive(files(folder).reverse())).toEqual(packed);
    expect(createHash('sha256').update(packed).digest('hex')).toBe(
      '4df61300740405c836335bdbf847aa377e8ed999f455cdd8ca0844ebe42ee761',
    );
  });

  it('is read back as it was, in byte order', async () => {
    const entries = await readArchive(await packArchive(files(folder)));
    expect(entries.map(({ path }) => path)).toEqual(['README.md', 'tests/B.yaml', 'tests/a.yaml', 'wpk.yaml']);
    expect(Object.fromEntries(entries.map(({ path, bytes = [] }) => [path, Buffer.from(bytes).toString()]))).toEqual(
      folder,
    );
  });

  it('keeps any bytes of any size', async () => {
    for (const size of [0, 1, 511, 512, 513, 65_535, 65_536, 200_000]) {
      const bytes = Buffer.alloc(size, 'abc\u0000');
      const packed = await packArchive([{ path: 'manifests/x', bytes }, ...files({ 'wpk.yaml': '' })]);
      const [entry] = await readArchive(packed);
      expect(Buffer.from(entry?.bytes ?? []).equals(bytes)).toBe(true);
    }
  });

  it('writes a gzip file that others can read', async () => {
    expect(
      gunzipSync(await packArchive(files(folder)))
        .subarray(257, 262)
        .toString(),
    ).toBe('ustar');
  });

  it.each([
    ['no wpk.yaml', { 'README.md': '' }],
    ['a name outside of ASCII', { 'wpk.yaml': '', 'manifests/größe.yaml': '' }],
    ['a name that leaves the folder', { 'wpk.yaml': '', 'manifests/../../x': '' }],
    ['a stranger', { 'wpk.yaml': '', 'cosign.key': '' }],
    ['names that differ in case only', { 'wpk.yaml': '', 'tests/A': '', 'tests/a': '' }],
    ['a name that needs an extension header', { 'wpk.yaml': '', [`tests/${'x'.repeat(150)}`]: '' }],
  ])('refuses %s', async (_what, folderWith) => {
    await expect(packArchive(files(folderWith))).rejects.toEqual(refused());
  });

  it('refuses a file that is too large', async () => {
    const entries = [...files({ 'wpk.yaml': '' }), { path: 'manifests/x', bytes: Buffer.alloc(5 * 1024 * 1024 + 1) }];
    await expect(packArchive(entries)).rejects.toEqual(refused('WPK.TOO_LARGE'));
  });
});

describe('readArchive', () => {
  it('keeps the bytes that were asked for, and the names of all', async () => {
    const archive = await packArchive(files({ 'wpk.yaml': 'a: 1\n', 'tests/a.yaml': '{}\n' }));
    const entries = await readArchive(archive, (path) => path === 'wpk.yaml');
    expect(entries).toEqual([{ path: 'tests/a.yaml' }, { path: 'wpk.yaml', bytes: Buffer.from('a: 1\n') }]);
  });

  it('reads what plain tar and gzip make', async () => {
    const bytes = await tgzOf(
      { name: './', type: 'directory' },
      { name: './manifests/', type: 'directory' },
      { name: './wpk.yaml', body: 'x' },
      { name: 'manifests/a.yaml', body: 'y' },
    );
    expect((await readArchive(bytes)).map(({ path }) => path)).toEqual(['wpk.yaml', 'manifests/a.yaml']);
  });

  it('reads a gzip header with a file name, and the padding of GNU tar', async () => {
    const tar = Buffer.concat([await tarOf(yaml), Buffer.alloc(7_680)]);
    const plain = gzipSync(tar);
    const named = Buffer.concat([
      plain.subarray(0, 3),
      Buffer.from([8]),
      plain.subarray(4, 10),
      Buffer.from('a.tar\0'),
      plain.subarray(10),
    ]);
    await expect(readArchive(named)).resolves.toHaveLength(1);
  });

  it.each<[string, Entry]>([
    ['a symbolic link', { name: 'tests/a', type: 'symlink', linkname: '/etc/passwd' }],
    ['a hard link', { name: 'tests/a', type: 'link', linkname: 'wpk.yaml' }],
    ['a device', { name: 'tests/a', type: 'character-device' }],
    ['a block device', { name: 'tests/a', type: 'block-device' }],
    ['a fifo', { name: 'tests/a', type: 'fifo' }],
    ['a contiguous file', { name: 'tests/a', type: 'contiguous-file' }],
    ['a setuid bit', { name: 'tests/a', mode: 0o4755 }],
    ['a sticky bit', { name: 'tests/a', mode: 0o1644 }],
    ['an absolute name', { name: '/tests/a' }],
    ['a name that climbs', { name: 'tests/../../a' }],
    ['a dot inside', { name: 'tests/./a' }],
    ['two leading dots', { name: '././wpk.yaml' }],
    ['an empty part', { name: 'tests//a' }],
    ['a backslash', { name: 'tests\\a' }],
    ['a drive letter', { name: 'C:/tests/a' }],
    ['a control character', { name: 'tests/a\u0001b' }],
    ['a name that ends in a dot', { name: 'tests/a.' }],
    ['a name that ends in a blank', { name: 'tests/a ' }],
    ['a name outside of ASCII', { name: 'tests/größe' }],
    ['a deep name', { name: `tests/${'a/'.repeat(20)}a` }],
    ['a second wpk.yaml', yaml],
    ['a second wpk.yaml by another name', { ...yaml, name: './wpk.yaml' }],
    ['a second wpk.yaml in capitals', { ...yaml, name: 'WPK.yaml' }],
    ['a folder in place of a file', { name: 'wpk.yaml/', type: 'directory' }],
    ['a file below a file', { name: 'wpk.yaml/a' }],
    ['a stranger', { name: 'bin/sh' }],
    ['a hidden stranger', { name: '.git/config' }],
    ['an extension header', { name: 'tests/a', pax: { path: 'wpk.yaml' } }],
    ['a harmless extension header', { name: 'tests/a', pax: { comment: 'x' } }],
  ])('refuses %s', async (_what, entry) => {
    await expect(readArchive(await tgzOf(yaml, entry))).rejects.toEqual(refused());
  });

  it('refuses an entry hidden behind the end of the archive', async () => {
    const bytes = gzipSync(Buffer.concat([await tarOf(yaml), await tarOf({ name: 'tests/a', body: 'x' })]));
    await expect(readArchive(bytes)).rejects.toEqual(refused());
  });

  it.each<[string, (tar: Buffer) => Buffer]>([
    ['data after its end', (tar) => Buffer.concat([tar, Buffer.from('x')])],
    ['too much padding', (tar) => Buffer.concat([tar, Buffer.alloc(100_000)])],
    ['no end', (tar) => tar.subarray(0, 1024)],
    ['half an end', (tar) => tar.subarray(0, 1536)],
    ['a cut entry', (tar) => tar.subarray(0, 514)],
    ['a wrong header checksum', (tar) => Buffer.concat([Buffer.from('X'), tar.subarray(1)])],
    [
      'a negative size',
      (tar) => patched(tar, 124, Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfb])),
    ],
    [
      'a huge size',
      (tar) => patched(tar, 124, Buffer.from([0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])),
    ],
    ['a size beyond its end', (tar) => patched(tar, 124, '00000010000\0')],
    ['a sparse file', (tar) => patched(tar, 156, 'S')],
    ['a GNU long name', (tar) => patched(tar, 156, 'L')],
    ['an unknown type', (tar) => patched(tar, 156, 'Z')],
    ['a global header', (tar) => patched(tar, 156, 'g')],
  ])('refuses a tar file with %s', async (_what, change) => {
    await expect(readArchive(gzipSync(change(await tarOf(yaml))))).rejects.toEqual(
      expect.objectContaining({ name: 'WpkError' }),
    );
  });

  it.each<[string, (gzip: Buffer) => Buffer]>([
    ['bytes after its end', (gzip) => Buffer.concat([gzip, Buffer.from('x')])],
    ['a second member', (gzip) => Buffer.concat([gzip, gzipSync('x')])],
    ['an empty second member', (gzip) => Buffer.concat([gzip, gzipSync('')])],
    ['zeros after its end', (gzip) => Buffer.concat([gzip, Buffer.alloc(8)])],
    ['a wrong checksum', (gzip) => Buffer.concat([gzip.subarray(0, -8), Buffer.alloc(4), gzip.subarray(-4)])],
    ['a wrong length', (gzip) => Buffer.concat([gzip.subarray(0, -4), Buffer.alloc(4)])],
    ['a cut body', (gzip) => gzip.subarray(0, gzip.length - 20)],
    ['a cut trailer', (gzip) => gzip.subarray(0, gzip.length - 4)],
    ['only a header', (gzip) => gzip.subarray(0, 10)],
    ['an extra field', (gzip) => Buffer.concat([gzip.subarray(0, 3), Buffer.from([4]), gzip.subarray(4)])],
    [
      'an endless file name',
      (gzip) => Buffer.concat([gzip.subarray(0, 3), Buffer.from([8]), gzip.subarray(4, 10), Buffer.alloc(2_000, 'a')]),
    ],
    ['another method', (gzip) => Buffer.concat([gzip.subarray(0, 2), Buffer.from([7]), gzip.subarray(3)])],
    ['a broken body', (gzip) => Buffer.concat([gzip.subarray(0, 10), Buffer.alloc(30, 0xff), gzip.subarray(-8)])],
  ])('refuses a gzip file with %s', async (_what, change) => {
    await expect(readArchive(change(await tgzOf(yaml)))).rejects.toEqual(refused());
  });

  it.each<[string, () => Promise<Buffer>]>([
    ['packed bytes', () => Promise.resolve(Buffer.alloc(21 * 1024 * 1024))],
    ['an entry', () => tgzOf({ name: 'tests/a', body: Buffer.alloc(6 * 1024 * 1024, 'ab') })],
    ['a bomb', () => Promise.resolve(bomb())],
    [
      'entries',
      async () => storeGzip(await tarOf(...Array.from({ length: 2_001 }, (_, i) => ({ name: `tests/${i}` })))),
    ],
  ])('refuses too much of %s', async (_what, make) => {
    await expect(readArchive(await make())).rejects.toEqual(refused('WPK.TOO_LARGE'));
  });

  it('ends on any mutation of a good archive, with its files or with a refusal', async () => {
    const good = await packArchive(files({ 'wpk.yaml': 'a: 1\n', 'tests/t': 'x'.repeat(600) }));
    let refusals = 0;
    for (let at = 0; at < good.length; at += 7) {
      const bad = Buffer.from(good);
      bad.writeUInt8((bad.readUInt8(at) + 1 + (at % 200)) % 256, at);
      const outcome = await readArchive(bad).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome.name).toBe('WpkError');
      if (outcome instanceof Error) refusals += 1;
    }
    expect(refusals).toBeGreaterThan(good.length / 7 - 8); // a few header bytes (time, flags of the system) mean nothing
  });
});

/** 30 MiB of zeros behind a good header, in 30 KiB. */
function bomb(): Buffer {
  const deflated = deflateRawSync(Buffer.alloc(30 * 1024 * 1024));
  return Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]), deflated, Buffer.alloc(8)]);
}
