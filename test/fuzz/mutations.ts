import { gunzipSync, gzipSync } from 'node:zlib';

/** mulberry32: the same seed gives the same mutations on every machine. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** 0 ≤ n < `limit`, an integer. */
  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

export type Mutation = (bytes: Buffer, random: Random) => Buffer;

const flipBits: Mutation = (bytes, random) => {
  const copy = Buffer.from(bytes);
  for (let i = 0; i <= random.below(8) && copy.length > 0; i++) {
    const at = random.below(copy.length);
    copy[at] = copy[at]! ^ (1 << random.below(8));
  }
  return copy;
};

const overwrite: Mutation = (bytes, random) => {
  const copy = Buffer.from(bytes);
  if (copy.length > 0) copy.fill(random.below(256), random.below(copy.length));
  return copy;
};

const truncate: Mutation = (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1));

const duplicate: Mutation = (bytes, random) => {
  const from = random.below(bytes.length + 1);
  const piece = bytes.subarray(from, from + random.below(4096));
  const copies = Array.from({ length: 1 + random.below(20) }, () => piece);
  return Buffer.concat([bytes.subarray(0, from), ...copies, bytes.subarray(from)]);
};

const remove: Mutation = (bytes, random) => {
  const from = random.below(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + random.below(64))]);
};

const insert: Mutation = (bytes, random) => {
  const at = random.below(bytes.length + 1);
  const piece = Buffer.from(Array.from({ length: 1 + random.below(64) }, () => random.below(256)));
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
};

/** What may happen to any bytes. */
export const BYTE_MUTATIONS: readonly Mutation[] = [flipBits, overwrite, truncate, duplicate, remove, insert];

const YAML_PIECES = [
  ...['&a [*a]', '*a', '<<: *a', '!!js/function x', '!!binary aGk=', '%YAML 1.1', '---', '...', '? a', '|', '>-', '\t'],
  ...[
    '__proto__: {x: 1}',
    'constructor: 1',
    'metadata: {name: x}',
    'no',
    '017',
    '1:30',
    '0x1F',
    '1e999',
    '-0',
    '~',
    '""',
  ],
  ...[
    '9007199254740993',
    '"\\0"',
    '"\\uD800"',
    '\u2028',
    '\ufeff',
    '\u0007',
    '${{ }}',
    '"${{ 1 + }}"',
    '"${{ a.b.c }}"',
  ],
  ...[
    '${{ "x" * 1000 }}',
    '{'.repeat(200),
    '['.repeat(5000),
    '- '.repeat(3000),
    `"${'a'.repeat(100_000)}"`,
    '{a: {b: {c: 1}}}',
  ],
];

/** Keeps most of the structure, so that what comes after the parser is reached as well. */
const yamlLines: Mutation = (bytes, random) => {
  const lines = bytes.toString('utf8').split('\n');
  const at = random.below(lines.length);
  const line = lines[at]!;
  const indent = /^ */.exec(line)?.[0] ?? '';
  const edits: (() => string[])[] = [
    () => [],
    () => [line, line],
    () => [`  ${line}`],
    () => [line.slice(2)],
    () => [line, `${indent}${random.pick(YAML_PIECES)}`],
    () => [line.replace(/:.*$/, `: ${random.pick(YAML_PIECES)}`)],
    () => [line.replace(/[^ :]+:/, `${random.pick(YAML_PIECES)}:`)],
    () => [lines[random.below(lines.length)]!],
    () => [line.replace(/[a-z]+/, (word) => word.repeat(1 + random.below(100)))],
  ];
  lines.splice(at, 1, ...random.pick(edits)());
  return Buffer.from(lines.join('\n'));
};

export const YAML_MUTATIONS: readonly Mutation[] = [yamlLines, yamlLines, yamlLines];

/** Inside the gzip, so that the tar reader sees it; the fields of a header are aimed at. */
const tarHeader: Mutation = (bytes, random) => {
  const tar = gunzipSync(bytes);
  const header = 512 * random.below(Math.floor(tar.length / 512));
  const [from, length] = random.pick([
    [0, 100],
    [100, 8],
    [124, 12],
    [148, 8],
    [156, 1],
    [157, 100],
    [257, 8],
    [345, 155],
  ] as const);
  const values = [
    '../../etc/passwd',
    '/abs',
    '7777777',
    '\0',
    '5',
    '2',
    'x',
    'g',
    'L',
    '99999999999',
    '-1',
    'wpk.yaml',
    '\x80\xff',
  ];
  tar.write(random.pick(values).slice(0, length), header + from, 'latin1');
  if (random.below(2) === 0) fixChecksum(tar.subarray(header, header + 512));
  return gzipSync(tar);
};

const tarBytes: Mutation = (bytes, random) => gzipSync(random.pick(BYTE_MUTATIONS)(gunzipSync(bytes), random));

const gzipTricks: Mutation = (bytes, random) =>
  random.pick([
    () => Buffer.concat([bytes, bytes]),
    () => Buffer.concat([bytes, Buffer.from('tail')]),
    () => gzipSync(bytes),
    () => gzipSync(Buffer.alloc(4 * 1024 * 1024)),
    () => gzipSync(Buffer.concat([gunzipSync(bytes), gunzipSync(bytes)])),
    () => gzipSync(Buffer.alloc(0)),
    () => bytes.subarray(0, 12),
  ])();

export const ARCHIVE_MUTATIONS: readonly Mutation[] = [tarHeader, tarHeader, tarBytes, gzipTricks];

function fixChecksum(header: Buffer): void {
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}

const JSON_VALUES = [
  ...[
    null,
    true,
    0,
    -1,
    1e308,
    '',
    'AAAA',
    '====',
    '\0',
    [],
    {},
    [[]],
    { $case: 'certificate' },
    '__proto__',
    'SHA2_256',
  ],
  ...[
    'application/vnd.dev.sigstore.bundle.v0.3+json',
    'a'.repeat(10_000),
    [null],
    ['AAAA', 'AAAA'],
    { rawBytes: 'AAAA' },
  ],
];
const JSON_NAMES = [
  ...[
    'certificate',
    'x509CertificateChain',
    'dsseEnvelope',
    'tlogEntries',
    'base64Signature',
    '__proto__',
    'constructor',
  ],
  ...[
    'timestampVerificationData',
    'messageSignature',
    'publicKey',
    'hint',
    'payload',
    'payloadType',
    'signatures',
    'toJSON',
  ],
];

/** Well-formed JSON with another meaning. */
const jsonMembers: Mutation = (bytes, random) => {
  const root: unknown = JSON.parse(bytes.toString('utf8'));
  const objects: Record<string, unknown>[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (!Array.isArray(value)) objects.push(value as Record<string, unknown>);
    Object.values(value).forEach(visit);
  };
  visit(root);
  for (let i = 0; i <= random.below(3); i++) {
    const target = random.pick(objects);
    const names = Object.keys(target);
    const name = random.below(3) === 0 || names.length === 0 ? random.pick(JSON_NAMES) : random.pick(names);
    if (random.below(4) === 0) Reflect.deleteProperty(target, name);
    else target[name] = random.pick([...JSON_VALUES, root === target ? {} : target[random.pick(names)]]);
  }
  return Buffer.from(JSON.stringify(root));
};

/** Text that JSON readers disagree about. */
const jsonText: Mutation = (bytes, random) => {
  const text = bytes.toString('utf8').trimEnd();
  const edits: (() => string)[] = [
    () => text.replace('{', `{"mediaType":"x",`),
    () => `${text}${text}`,
    () => `\ufeff${text}`,
    () => text.replace(/"[^"]*"/, '"\\ud800"'),
    () => '['.repeat(50_000),
    () => text.replaceAll('"', "'"),
    () => text.replace(/}$/, ',}'),
    () => text.replace(/"(hint|signature|digest)":"/, '"$1":" '),
    () => text.replace(/[A-Za-z0-9+/]=*"/, '-_"'),
  ];
  return Buffer.from(random.pick(edits)());
};

export const BUNDLE_MUTATIONS: readonly Mutation[] = [jsonMembers, jsonMembers, jsonText];
