import type { Case } from './case.js';
import { octal, paxRecord, type TarEntry, tgzOf } from './tar.writer.js';
import { MIB, noise, tarball, yaml } from './tarball.case.js';
import { amounts, contents, ends, headers, members } from './tarballs.bytes.js';

/** Every archive that is refused. */
export function hostileTarballs(): Case[] {
  return [
    ...types(),
    ...modes(),
    ...paths(),
    ...collisions(),
    ...extensions(),
    ...headers(),
    ...ends(),
    ...amounts(),
    ...members(),
    ...contents(),
  ];
}

function types(): Case[] {
  const kinds = {
    link: '1',
    symlink: '2',
    character: '3',
    block: '4',
    fifo: '6',
    contiguous: '7',
    sparse: 'S',
    volume: 'V',
    multi: 'M',
    dump: 'D',
    unknown: 'Z',
    blank: ' ',
  };
  return Object.entries(kinds).flatMap(([kind, type]) =>
    ['/etc/passwd', 'wpk.yaml', '../x'].map((link) =>
      tarball('entry types', `${kind} to ${link}`, tgzOf(yaml, { name: 'tests/a', type, link })),
    ),
  );
}

function modes(): Case[] {
  return [0o4755, 0o2755, 0o1755, 0o7777].flatMap((mode) =>
    [{ name: 'tests/a' }, { name: 'tests/', type: '5' }].map((entry) =>
      tarball('mode bits', `${mode.toString(8)} ${entry.name}`, tgzOf(yaml, { ...entry, mode: octal(mode, 7) })),
    ),
  );
}

const BAD_PATHS: readonly string[] = [
  ...['/tests/a', '//tests/a', '/', 'C:/tests/a', 'C:tests/a', '\\\\host\\a', 'tests\\..\\a', 'tests\\a'],
  ...[
    '../a',
    'tests/../a',
    'tests/../../a',
    'tests/..',
    '..',
    'tests/a/..',
    'tests/.../a',
    'manifests/../../../etc/cron.d/x',
  ],
  ...['tests//a', 'tests/./a', '././tests/a', './', './/tests/a', '', 'tests/a/.', '~/a'],
  ...['tests/a\u0001', 'tests/a\nb', 'tests/a\tb', 'tests/\u007f', 'tests/\u0085', 'tests/\u202ea', 'tests/a\u200b'],
  ...['tests/ä'.normalize('NFC'), 'tests/ä'.normalize('NFD'), 'tests/日本', 'tests/ﬁ', 'wpk.yamⅼ'],
  ...[
    'tests/a.',
    'tests/a ',
    'tests/ a',
    'tests/-rf',
    'tests/a:b',
    'tests/a*',
    'tests/a?',
    'tests/a|b',
    'tests/"a"',
    'tests/$(id)',
  ],
  ...[
    `tests/${'a/'.repeat(16)}a`,
    'bin/sh',
    '.git/config',
    'cosign.key',
    'WPK.yaml',
    'Tests/a',
    'wpk.yml',
    'tests',
    'package.json',
  ],
];

function paths(): Case[] {
  const files = BAD_PATHS.map((name) =>
    tarball('paths', `file ${JSON.stringify(name)}`, tgzOf(yaml, { name, body: 'x' })),
  );
  const folders = BAD_PATHS.filter((name) => /[./\\]{2}|^\//.test(name) && name !== './').map((name) =>
    tarball('paths', `folder ${JSON.stringify(name)}`, tgzOf(yaml, { name, type: '5' })),
  );
  const long = [
    tarball('paths', 'a part of 100', tgzOf(yaml, { name: 'a'.repeat(100), prefix: 'tests' })),
    tarball('paths', 'a prefix that climbs', tgzOf(yaml, { name: 'a', prefix: 'tests/..' })),
    tarball('paths', 'an absolute prefix', tgzOf(yaml, { name: 'a', prefix: '/tests' })),
    tarball(
      'paths',
      'bytes that are no UTF-8',
      tgzOf(yaml, { name: 'tests/a', patch: { at: 6, bytes: Buffer.from([0xff, 0xfe]) } }),
    ),
  ];
  return [...files, ...folders, ...long];
}

function collisions(): Case[] {
  const file = (name: string): TarEntry => ({ name, body: 'x' });
  const folder = (name: string): TarEntry => ({ name, type: '5' });
  const pairs: [string, TarEntry, TarEntry][] = [
    ['two files', file('tests/a'), file('tests/a')],
    ['two files, one with a dot', file('tests/a'), file('./tests/a')],
    ['two files that differ in case', file('tests/a'), file('tests/A')],
    ['two folders that differ in case', file('tests/a/x'), file('tests/A/y')],
    ['two folder entries that differ in case', folder('tests/a/'), folder('tests/A/')],
    ['a folder twice', folder('tests/'), folder('tests/')],
    ['the root twice', folder('./'), folder('./')],
    ['a file and a folder', file('tests/a'), folder('tests/a/')],
    ['a folder and a file', folder('tests/a'), file('tests/a')],
    ['a file below a file', file('tests/a'), file('tests/a/b')],
    ['a file in place of a folder', file('tests/a/b'), file('tests/a')],
    ['a file below wpk.yaml', file('tests/x'), file('wpk.yaml/a')],
    ['another wpk.yaml', file('tests/x'), yaml],
    ['another wpk.yaml with a dot', file('tests/x'), { ...yaml, name: './wpk.yaml' }],
    ['another wpk.yaml in capitals', file('tests/x'), { ...yaml, name: 'wpk.YAML' }],
    ['another README.md', file('README.md'), file('readme.md')],
  ];
  return pairs.map(([name, one, two]) => tarball('unique names', name, tgzOf(yaml, one, two)));
}

/** Headers that speak of the next entry: each reader obeys others. */
function extensions(): Case[] {
  const target: TarEntry = { name: 'tests/a', body: 'x' };
  const records = {
    path: 'wpk.yaml',
    size: '0',
    linkpath: '/etc',
    mtime: '1',
    comment: 'x',
    uid: '0',
    'GNU.sparse.major': '1',
    'SCHILY.xattr.user.a': 'b',
    hdrcharset: 'BINARY',
  };
  const pax = (['x', 'g', 'X'] as const).flatMap((type) =>
    Object.entries(records).map(([key, value]) =>
      tarball(
        'extension headers',
        `pax ${type} ${key}`,
        tgzOf(yaml, { name: 'pax', type, body: paxRecord(key, value) }, target),
      ),
    ),
  );
  const gnu = ['L', 'K', 'N'].map((type) =>
    tarball(
      'extension headers',
      `GNU ${type}`,
      tgzOf(yaml, { name: '././@LongLink', type, body: 'wpk.yaml\0' }, target),
    ),
  );
  const odd: [string, TarEntry][] = [
    ['an empty pax header', { name: 'pax', type: 'x' }],
    ['a pax header without records', { name: 'pax', type: 'x', body: 'nothing' }],
    ['a pax header with a false length', { name: 'pax', type: 'x', body: '99 path=a\n' }],
    ['a pax header of lengths only', { name: 'pax', type: 'x', body: '1\n'.repeat(30_000) }],
    ['a huge pax header', { name: 'pax', type: 'x', body: noise(5 * MIB) }],
  ];
  const last = tgzOf(yaml, { name: 'pax', type: 'x', body: paxRecord('path', 'a') });
  return [
    ...[...pax, ...gnu],
    ...odd.map(([name, entry]) => tarball('extension headers', name, tgzOf(yaml, entry, target))),
    tarball('extension headers', 'a pax header at the end', last),
    tarball(
      'extension headers',
      'GNU fields of a sparse file',
      tgzOf(yaml, { ...target, magic: 'ustar  \0', patch: { at: 386, bytes: '00000000001\0' } }),
    ),
    tarball(
      'extension headers',
      'a prefix in GNU format',
      tgzOf(yaml, { ...target, magic: 'ustar  \0', prefix: 'tests' }),
    ),
  ];
}
