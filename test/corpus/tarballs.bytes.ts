import { deflateRawSync, gzipSync } from 'node:zlib';

import { storeGzip } from '../../src/wpk/archive/gzip.js';
import type { Case } from './case.js';
import { END, type TarEntry, tarEntry, tarHeader, tarOf, tgzOf } from './tar.writer.js';
import { many, MIB, noise, tarball, yaml } from './tarball.case.js';

export function headers(): Case[] {
  const body = 'x'.repeat(600);
  const sizes: [string, string | Buffer][] = [
    ['negative', '-0000000001\0'],
    ['negative in base 256', Buffer.from('ffffffffffffffffffffffff', 'hex')],
    ['huge in base 256', Buffer.from('8000007fffffffffffffffff', 'hex')],
    ['right in base 256', Buffer.from('800000000000000000000258', 'hex')],
    ['in base 64', '+AAAAAAAAAA\0'],
    ['with letters', '0000000113x\0'],
    ['with a NUL in front', '\u00000000001130\0'],
    ['with a blank inside', '000 0001130\0'],
    ['decimal', '00000000698\0'],
    ['empty', Buffer.alloc(12)],
    ['hexadecimal', '0x000000258\0'],
    ['more than comes', '00000010000\0'],
    ['less than comes', '00000000001\0'],
  ];
  const magics = ['', 'ustar', 'ustar\u000099', 'USTAR\u000000', 'ustar  x', 'tar\0'];
  const whole = tarOf(yaml);
  return [
    ...sizes.map(([name, size]) =>
      tarball('header fields', `size ${name}`, tgzOf(yaml, { name: 'tests/a', body, size })),
    ),
    ...magics.map((magic) =>
      tarball('header fields', `magic ${JSON.stringify(magic)}`, tgzOf(yaml, { name: 'tests/a', magic })),
    ),
    ...['junk', '888', '-644', ''].map((mode) =>
      tarball('header fields', `mode ${mode}`, tgzOf(yaml, { name: 'tests/a', mode })),
    ),
    ...['000000\0 ', '777777\0 ', '        ', 'junk    '].map((checksum) =>
      tarball('header checksum', JSON.stringify(checksum), tgzOf(yaml, { name: 'tests/a', checksum })),
    ),
    ...[0, 101, 125, 257, 400].map((at) => {
      const bytes = Buffer.from(whole);
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      return tarball('header checksum', `a bit of byte ${at}`, gzipSync(bytes));
    }),
    tarball('header fields', 'a folder with a size', tgzOf(yaml, { name: 'tests/', type: '5', body: 'x' })),
  ];
}

export function ends(): Case[] {
  const good = tarOf(yaml);
  const hidden = tarEntry({ name: 'tests/a', body: Buffer.concat([Buffer.from('x'), Buffer.alloc(4_000)]) });
  const withEnd = (name: string, ...parts: Buffer[]): Case =>
    tarball('end of the archive', name, gzipSync(Buffer.concat([tarEntry(yaml), ...parts])));
  return [
    withEnd('none'),
    withEnd('half of one', Buffer.alloc(512)),
    withEnd('not a multiple of blocks', Buffer.alloc(1_030)),
    withEnd('an entry after it', END, hidden, END),
    withEnd('an entry of zeros after it', END, tarEntry({ name: 'tests/a', body: Buffer.alloc(2_048) }), END),
    withEnd('an entry after one block', Buffer.alloc(512), hidden, END),
    withEnd('an empty entry after one block', Buffer.alloc(512), tarHeader({ name: 'tests/a' }), END),
    withEnd('another archive after it', END, good),
    withEnd('one byte after it', END, Buffer.from('x')),
    withEnd('one byte in its second block', Buffer.alloc(1_023), Buffer.from('x')),
    withEnd('text after it', END, Buffer.from('echo hello\n'.repeat(100))),
    tarball('end of the archive', 'a cut entry', gzipSync(good.subarray(0, 600))),
    tarball('end of the archive', 'a cut header', gzipSync(good.subarray(0, 300))),
    tarball('end of the archive', 'nothing', gzipSync(Buffer.alloc(0))),
    tarball('end of the archive', 'nothing but an end', gzipSync(END)),
  ];
}

export function amounts(): Case[] {
  const big = (name: string, bytes: Buffer): Case => tarball('amounts', name, bytes, 'WPK.TOO_LARGE');
  const four = noise(4 * MIB);
  const stored = (...entries: readonly TarEntry[]): Buffer => storeGzip(tarOf(...entries));
  return [
    big('2,001 entries', stored(yaml, ...many(2_000, (at) => ({ name: `tests/${at}` })))),
    big(
      '90,000 folders',
      gzipSync(Buffer.concat(many(90_000, (at) => ({ name: `tests/${at}/`, type: '5' })).map(tarHeader)), { level: 1 }),
    ),
    big('2,001 folders', stored(yaml, ...many(2_000, (at) => ({ name: `tests/${at}/`, type: '5' })))),
    big('1,200 files in as many folders', stored(yaml, ...many(1_200, (at) => ({ name: `tests/${at}/a` })))),
    big('a file of 5 MiB and a byte', stored(yaml, { name: 'tests/a', body: Buffer.concat([four, noise(MIB + 1)]) })),
    big('a claimed size of 8 GiB', tgzOf(yaml, { name: 'tests/a', size: '77777777777\0' })),
    big('packed bytes', Buffer.concat([tgzOf(yaml), noise(20 * MIB)])),
    big(
      '13 files of 4 MiB',
      gzipSync(
        tarOf(
          yaml,
          ...many(13, (at) => ({ name: `tests/${at}`, body: Buffer.alloc(4 * MIB, four.subarray(0, 20_000)) })),
        ),
        { level: 1 },
      ),
    ),
    ...[1, 2, 4].map((size) =>
      big(`${size} MiB of one letter`, tgzOf(yaml, { name: 'tests/a', body: Buffer.alloc(size * MIB, 'a') })),
    ),
    big('half a MiB of zeros', tgzOf(yaml, { name: 'tests/a', body: Buffer.alloc(MIB / 2) })),
    big('1 GiB of zeros after the end', bomb(tarOf(yaml), 1024)),
    big('100 MiB of zeros in place of an archive', bomb(Buffer.alloc(0), 100)),
    big('64 KiB of padding', storeGzip(Buffer.concat([tarOf(yaml), Buffer.alloc(64 * 1024)]))),
    big('a wpk.yaml of more than 1 MiB', stored({ name: 'wpk.yaml', body: Buffer.alloc(MIB + 1, '#') })),
    big('a README.md of more than 1 MiB', stored(yaml, { name: 'README.md', body: Buffer.alloc(MIB + 1, 'x') })),
  ];
}

/** A tar file with mebibytes of zeros behind it, packed piece by piece. */
export function bomb(head: Buffer, mebibytes: number): Buffer {
  const first = deflateRawSync(head, { finishFlush: 2 }); // Z_SYNC_FLUSH ends on a byte and does not end the stream
  const piece = deflateRawSync(Buffer.alloc(MIB), { finishFlush: 3 }); // Z_FULL_FLUSH refers to nothing before it
  const pieces = Array.from({ length: mebibytes }, () => piece);
  return Buffer.concat([gzipSync('').subarray(0, 10), first, ...pieces, deflateRawSync(''), Buffer.alloc(8)]);
}

export function members(): Case[] {
  const good = tgzOf(yaml);
  const other = tgzOf({ ...yaml, body: 'kind: Other\n' });
  const flags = (bits: number, field: Buffer | string = ''): Buffer =>
    Buffer.concat([
      good.subarray(0, 3),
      Buffer.from([bits]),
      good.subarray(4, 10),
      Buffer.from(field),
      good.subarray(10),
    ]);
  const set = (at: number, ...bytes: number[]): Buffer => {
    const copy = Buffer.from(good);
    Buffer.from(bytes).copy(copy, at < 0 ? copy.length + at : at);
    return copy;
  };
  const cases: [string, Buffer][] = [
    ['a second member', Buffer.concat([good, other])],
    ['the same member twice', Buffer.concat([good, good])],
    ['an empty second member', Buffer.concat([good, gzipSync('')])],
    ['an empty first member', Buffer.concat([gzipSync(''), good])],
    ['an archive in two members', Buffer.concat([gzipSync(tarEntry(yaml)), gzipSync(END)])],
    ['a byte after it', Buffer.concat([good, Buffer.from('x')])],
    ['zeros after it', Buffer.concat([good, Buffer.alloc(512)])],
    ['a zip file after it', Buffer.concat([good, Buffer.from('PK\u0003\u0004')])],
    ['a wrong checksum', set(-8, 1, 2, 3, 4)],
    ['a wrong length', set(-4, 1, 2, 3, 4)],
    ['another method', set(2, 7)],
    ['a text flag', flags(1)],
    ['a header checksum', flags(2, '\0\0')],
    ['an extra field', flags(4, '\u0002\0ab')],
    ['a comment', flags(16, 'comment\0')],
    ['reserved flags', flags(0xe0)],
    ['all flags', flags(0xff)],
    ['a name without end', flags(8, 'a'.repeat(600))],
    ['a cut trailer', good.subarray(0, -4)],
    ['no trailer', good.subarray(0, -8)],
    ['half a body', good.subarray(0, good.length >> 1)],
    ['a header only', good.subarray(0, 10)],
    ['its magic only', good.subarray(0, 2)],
    ['a broken body', set(12, 0xff, 0xff, 0xff)],
    ['gzip inside gzip', gzipSync(good)],
  ];
  return cases.map(([name, bytes]) => tarball('one gzip member', name, bytes));
}

export function contents(): Case[] {
  return [
    tarball('wpk.yaml', 'missing', tgzOf({ name: 'README.md', body: 'x' })),
    tarball('wpk.yaml', 'in a folder', tgzOf({ ...yaml, name: 'demo/wpk.yaml' })),
    tarball('wpk.yaml', 'in tests/', tgzOf({ ...yaml, name: 'tests/wpk.yaml' })),
    tarball('wpk.yaml', 'by another name', tgzOf({ ...yaml, name: 'wpk.json' })),
    tarball('wpk.yaml', 'as a folder', tgzOf({ name: 'wpk.yaml', type: '5' })),
    tarball('wpk.yaml', 'as a link', tgzOf({ name: 'wpk.yaml', type: '2', link: 'tests/a' })),
    tarball('wpk.yaml', 'empty', tgzOf({ ...yaml, body: '' }), 'WPK.MALFORMED'),
    tarball('wpk.yaml', 'of two documents', tgzOf({ ...yaml, body: 'a: 1\n---\na: 2\n' }), 'WPK.MALFORMED'),
    tarball(
      'README.md',
      'that is no UTF-8',
      tgzOf(yaml, { name: 'README.md', body: Buffer.from([0xff]) }),
      'WPK.MALFORMED',
    ),
    tarball(
      'README.md',
      'with a terminal escape',
      tgzOf(yaml, { name: 'README.md', body: '\u001b[2J' }),
      'WPK.MALFORMED',
    ),
  ];
}
