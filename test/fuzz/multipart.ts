import type { Random } from './mutations.js';

export interface MultipartBody {
  readonly contentType: string;
  readonly body: Buffer;
}

const BOUNDARY = 'fuzz-boundary-0123456789';

/** A well-formed body. */
export function multipart(parts: readonly (readonly [name: string, content: Buffer])[]): MultipartBody {
  const chunks = parts.flatMap(([name, content]) => [
    head(`form-data; name="${name}"; filename="${name}"`),
    content,
    CRLF,
  ]);
  return wrap(chunks);
}

const CRLF = Buffer.from('\r\n');

function head(disposition: string, ...others: readonly string[]): Buffer {
  const lines = [`--${BOUNDARY}`, `Content-Disposition: ${disposition}`, ...others, '', ''];
  return Buffer.from(lines.join('\r\n'), 'latin1');
}

function wrap(chunks: readonly Buffer[], end = `--${BOUNDARY}--\r\n`): MultipartBody {
  const body = Buffer.concat([...chunks, Buffer.from(end)]);
  return { contentType: `multipart/form-data; boundary=${BOUNDARY}`, body };
}

/** Wrong in how the parts are put together; what is in them is right. */
export function brokenMultipart(bytes: Buffer, bundle: Buffer, random: Random): MultipartBody {
  const good = multipart([
    ['package', bytes],
    ['bundle', bundle],
  ]);
  const named = (name: string): MultipartBody =>
    wrap([head(`form-data; name=${name}`), bytes, CRLF, head('form-data; name="bundle"; filename="b"'), bundle, CRLF]);
  const variants: (() => MultipartBody)[] = [
    () =>
      named(
        random.pick([
          '"__proto__"',
          '"constructor"',
          '"toString"',
          'package',
          '""',
          '"pack\0age"',
          '"package[]"',
          '"a.b"',
        ]),
      ),
    () => named(`"${'p'.repeat(random.below(20_000))}"`),
    () => named(`"package"; filename="${'../'.repeat(random.below(2000))}etc/passwd"`),
    () => named(`"package"; filename*=UTF-8''%00%ff`),
    () => ({ ...good, contentType: 'multipart/form-data' }),
    () => ({ ...good, contentType: 'multipart/form-data; boundary=' }),
    () => ({ ...good, contentType: `multipart/form-data; boundary="${'b'.repeat(500)}"` }),
    () => ({ ...good, contentType: 'multipart/form-data; boundary=another' }),
    () => ({ ...good, contentType: random.pick(['text/plain', 'application/json', 'application/octet-stream', 'x']) }),
    () => ({ ...good, body: good.body.subarray(0, random.below(good.body.length)) }),
    () => ({ ...good, body: Buffer.concat([Buffer.from('preamble\r\n'), good.body, Buffer.from('epilogue')]) }),
    () => ({ ...good, body: Buffer.alloc(0) }),
    () => wrap([], ''),
    () => wrap(Array.from({ length: 1 + random.below(300) }, () => Buffer.concat([head('form-data; name="x"'), CRLF]))),
    () =>
      wrap([head('form-data; name="package"', ...Array.from({ length: 3000 }, (_, i) => `X-${i}: y`)), bytes, CRLF]),
    () => wrap([head('form-data; name="package"', `X: ${'y'.repeat(100_000)}`), bytes, CRLF]),
    () =>
      wrap([
        head(
          'form-data; name="package"',
          'Content-Transfer-Encoding: base64',
          'Content-Type: text/plain; charset=utf-7',
        ),
        bytes,
        CRLF,
      ]),
    () => wrap([head('attachment; name="package"'), bytes, CRLF]),
    () => wrap([Buffer.from(`--${BOUNDARY}\r\nContent-Type: x\r\n\r\n`), bytes, CRLF]),
    () => wrap([Buffer.from(`--${BOUNDARY}\n\n`), bytes]),
    () => ({ ...good, body: flipHeader(good.body, random) }),
  ];
  return random.pick(variants)();
}

function flipHeader(body: Buffer, random: Random): Buffer {
  const copy = Buffer.from(body);
  const at = random.below(120);
  copy[at] = copy[at]! ^ (1 << random.below(8));
  return copy;
}
