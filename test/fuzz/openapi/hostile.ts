/** Texts that have broken software before. */
export const HOSTILE_TEXTS: readonly string[] = [
  ...['', ' ', '\0', 'a\0b', '\u0007', '\r\nx-injected: 1', '\u2028', '\u202eabc', '\ud800', 'a\udfffb', '\ufeff'],
  ...['__proto__', 'constructor', 'toString', 'null', 'undefined', 'NaN', '[object Object]', '-1', '0', '1.5', '1e309'],
  ...[
    '9007199254740993',
    '99999999999999999999',
    "' OR 1=1 --",
    '"; DROP TABLE run; --',
    '%',
    '%s%n',
    '\\',
    '../../etc',
  ],
  ...['${{ inputs.x }}', '{{7*7}}', '<script>', '/', '*', ',', 'ünïcode', 'A', '\u{1f600}'.repeat(40)],
  ...['x'.repeat(101), 'x'.repeat(300), 'x'.repeat(600), 'x'.repeat(3000)],
];

/** Segments of a path as they are on the wire. */
export const HOSTILE_SEGMENTS: readonly string[] = [
  ...['', '%', '%zz', '%00', '%0a', '%e0%a4%a', '%ed%a0%80', '%c0%ae', '%ff', '.', '..', '%2e%2e', '%2f', '%5c'],
  ...['..%2f..%2fetc%2fpasswd', '__proto__', 'constructor', '*', '{name}', ':id', '-1', '0', 'null', 'undefined'],
  ...["'", '%22', 'a;b', '%3f', '%23', 'A', 'ABC', '-a', '1.0', '1.0.0-', 'v1.0.0', '01.0.0', '%f0%9f%98%80', '%20'],
  ...['99999999999999999999.0.0', '00000000-0000-0000-0000-000000000000', '019aa1b2-7f2d-7c3e-9d55'],
  ...['x'.repeat(64), 'x'.repeat(255), 'x'.repeat(256), 'x'.repeat(3000)],
];

/** What a client can put into a header. */
export const HOSTILE_HEADERS: readonly string[] = [
  ...[
    '',
    ' ',
    '\t',
    'a b',
    'a,b',
    '"',
    '""',
    '"a"',
    'W/"a"',
    '*',
    '\u00fc',
    '\u00ff\u00fe',
    '%00',
    '-1',
    '1e309',
    '__proto__',
  ],
  ...['x'.repeat(201), 'x'.repeat(5000), `"${'x'.repeat(200)}"`, '"sha256:00"', '99999999999999999999', '\\'],
];

/** JSON as text: some of it is not what `JSON.stringify` writes. */
export const HOSTILE_JSON: readonly string[] = [
  ...[
    'null',
    'true',
    '0',
    '-0',
    '-1',
    '1.5',
    '1e308',
    '1e400',
    '9007199254740993',
    '""',
    '"x"',
    '[]',
    '{}',
    '[[]]',
    '[null]',
  ],
  ...[
    '{"__proto__":{"x":1}}',
    '{"constructor":{"prototype":{"x":1}}}',
    '{"constructor":1}',
    '{"toString":1}',
    '{"":""}',
  ],
  ...['{"$ref":"#"}', '"\\u0000"', '"\\ud800"', '{"\\u0000":1}', '{"a":1,"a":2}', '[1,2,3]', '"2026-01-01T00:00:00Z"'],
  ...[nested('{"a":', '}', 100), nested('{"a":', '}', 5000), nested('[', ']', 5000), nested('{"a":', '}', 100_000)],
  ...[JSON.stringify('x'.repeat(100_000)), JSON.stringify(Array.from({ length: 20_000 }, (_, i) => i))],
  JSON.stringify(Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i]))),
];

/** Text that is no JSON. */
export const BROKEN_JSON: readonly string[] = [
  ...[
    '',
    ' ',
    '{',
    '{"',
    '[',
    '{"a":}',
    "{'a':1}",
    '{"a":1,}',
    'NaN',
    'undefined',
    '{"a":01}',
    '"\u0000"',
    '{} {}',
    '<a/>',
  ],
  '{'.repeat(50_000),
];

export const CONTENT_TYPES: readonly string[] = [
  ...['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'application/octet-stream', 'x', 'a/b/c'],
  ...['multipart/form-data', 'multipart/form-data; boundary=x', 'application/merge-patch+json', 'application/jsonx'],
];

function nested(open: string, close: string, times: number): string {
  return open.repeat(times) + '1' + close.repeat(times);
}
