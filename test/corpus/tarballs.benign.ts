import { gzipSync } from 'node:zlib';

import { storeGzip } from '../../src/wpk/archive/gzip.js';
import type { Case } from './case.js';
import { type TarEntry, tarOf, tgzOf } from './tar.writer.js';
import { many, MIB, noise, tarball, yaml } from './tarball.case.js';

/** Archives as tar, bsdtar, Go and Python write them, up to the limits. */
export function benignTarballs(): Case[] {
  const good = tarOf(yaml);
  const plain = gzipSync(good);
  const accepted = (name: string, bytes: Buffer): Case => tarball('archives', name, bytes, 'accepted');
  const named = Buffer.concat([
    plain.subarray(0, 3),
    Buffer.from([8]),
    plain.subarray(4, 10),
    Buffer.from('a.tar\0'),
    plain.subarray(10),
  ]);
  const test = (name: string, body: Buffer | string = 'x'): TarEntry => ({ name, body });
  return [
    accepted('one file', plain),
    accepted('stored', storeGzip(good)),
    ...[1, 6, 9].map((level) => accepted(`packed at level ${level}`, gzipSync(good, { level }))),
    accepted('with a name in the gzip header', named),
    accepted(
      'with the padding of GNU tar',
      gzipSync(Buffer.concat([good, Buffer.alloc(10_240 - (good.length % 10_240))])),
    ),
    accepted(
      'with a leading dot',
      tgzOf({ name: './', type: '5' }, { ...yaml, name: './wpk.yaml' }, test('./tests/a')),
    ),
    accepted(
      'with folders',
      tgzOf({ name: 'tests/', type: '5' }, yaml, { name: 'manifests', type: '5' }, test('tests/a')),
    ),
    accepted('with a folder after its file', tgzOf(yaml, test('tests/x/a'), { name: 'tests/x/', type: '5' })),
    accepted('in GNU format', tgzOf({ ...yaml, magic: 'ustar  \0' })),
    accepted('with the type of old tar', tgzOf({ ...yaml, type: '\0' })),
    accepted(
      'with numbers that blanks end',
      tgzOf({ ...yaml, mode: '000644 ' }, { ...test('tests/a'), mode: '   644 \0' }),
    ),
    accepted('with a prefix', tgzOf(yaml, { ...test('a'.repeat(99)), prefix: 'tests/b/c' })),
    accepted(
      'with odd names',
      tgzOf(
        yaml,
        ...['a b', 'a@b', '.hidden', 'x..y', 'A-(1)', 'a~', 'a=b,c', 'a#%'].map((name) => test(`tests/${name}`)),
      ),
    ),
    accepted('16 levels deep', tgzOf(yaml, test(`tests/${'a/'.repeat(14)}a`))),
    accepted(
      'with all files that a package may have',
      tgzOf(
        yaml,
        test('README.md', '# Demo\r\n'),
        test('CHANGELOG.md'),
        test('manifests/a/b.yaml'),
        test('tests/t.yaml'),
      ),
    ),
    accepted('with an empty file', tgzOf(yaml, test('tests/a', ''))),
    accepted('with a tar file in it', tgzOf(yaml, test('tests/a', good))),
    accepted('with a gzip file in it', tgzOf(yaml, test('tests/a', plain))),
    accepted('with a file of zeros', tgzOf(yaml, test('tests/a', Buffer.alloc(40_000)))),
    accepted('of 1,999 files', storeGzip(tarOf(yaml, ...many(1_998, (at) => test(`tests/${at}`))))),
    accepted(
      'of 19 MiB that do not compress',
      storeGzip(tarOf(yaml, ...many(4, (at) => test(`tests/${at}`, noise(4.75 * MIB - 1_024))))),
    ),
    accepted(
      'of 48 MiB',
      gzipSync(tarOf(yaml, ...many(12, (at) => test(`tests/${at}`, Buffer.alloc(4 * MIB, noise(20_000))))), {
        level: 1,
      }),
    ),
  ];
}
