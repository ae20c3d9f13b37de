import { generateKeyPairSync, sign } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import { sha256, signBytes, toBareSignature, toBundle } from './sign.js';
import { SignatureError } from './signature.error.js';
import { toTrustedKey } from './trusted-key.js';
import { verifySignature } from './verify.js';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = toTrustedKey(pair.publicKey);
const other = toTrustedKey(stranger.publicKey);

const bytes = Buffer.from('apiVersion: atom.dev/v1\n');
const digest = sha256(bytes);
const signature = signBytes(bytes, { id: key.id, privateKey: pair.privateKey });
const text = toBundle(digest, signature, key.id);

interface BundleJson {
  [member: string]: unknown;
  mediaType: unknown;
  verificationMaterial: Record<string, unknown>;
  messageSignature: { messageDigest: { algorithm: unknown; digest: unknown }; signature: unknown };
}
const parsed = () => JSON.parse(text) as BundleJson;
const edited = (edit: (bundle: BundleJson) => unknown) => {
  const bundle = parsed();
  edit(bundle);
  return JSON.stringify(bundle);
};

const verify = (content: Uint8Array, bundle: string, keys = [key, other]) =>
  verifySignature(content, { kind: 'bundle', text: bundle }, { keys });
const refused = (code: string) => expect.objectContaining({ name: 'SignatureError', code });

const urlSafe = Buffer.alloc(32, 0xff).toString('base64url');
const certificate = { rawBytes: Buffer.from('certificate').toString('base64') };
const legacy = 'application/vnd.dev.sigstore.bundle+json;version=';

describe('toBundle', () => {
  it('writes a v0.3 bundle that names the key and holds no log entry', () => {
    expect(parsed()).toMatchObject({
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: { publicKey: { hint: key.id } },
      messageSignature: {
        messageDigest: { algorithm: 'SHA2_256', digest: digest.toString('base64') },
        signature: signature.toString('base64'),
      },
    });
    expect(parsed().verificationMaterial).not.toHaveProperty('tlogEntries');
  });

  it('refuses a digest that is not the 32 bytes of a SHA-256', () => {
    expect(() => toBundle(Buffer.from(digest.toString('hex')), signature, key.id)).toThrow(
      refused('SIGNATURE.MALFORMED'),
    );
  });
});

describe('verifySignature, bundle', () => {
  it('names the signer and the digest of the bytes', () => {
    expect(verify(bytes, text)).toEqual({
      kind: 'bundle',
      signer: { kind: 'key', keyId: key.id },
      digest: `sha256:${digest.toString('hex')}`,
      isLogged: false,
    });
  });

  it.each([`${legacy}0.1`, `${legacy}0.2`, `${legacy}0.3`])('reads the media type %s', (mediaType) => {
    expect(
      verify(
        bytes,
        edited((b) => (b.mediaType = mediaType)),
      ).signer,
    ).toEqual({ kind: 'key', keyId: key.id });
  });

  it.each<[string, (bundle: BundleJson) => unknown]>([
    ['an empty list of log entries', (b) => (b.verificationMaterial['tlogEntries'] = [])],
    [
      'timestamps, which say nothing about a key',
      (b) =>
        (b.verificationMaterial['timestampVerificationData'] = { rfc3161Timestamps: [{ signedTimestamp: 'AAAA' }] }),
    ],
    ['no timestamps', (b) => delete b.verificationMaterial['timestampVerificationData']],
  ])('accepts %s', (_, edit) => {
    expect(verify(bytes, edited(edit)).signer).toEqual({ kind: 'key', keyId: key.id });
  });

  it.each<[string, string, (bundle: BundleJson) => unknown]>([
    // which format
    ['no media type', 'SIGNATURE.UNSUPPORTED', (b) => delete (b as Partial<BundleJson>).mediaType],
    [
      'an unknown version',
      'SIGNATURE.UNSUPPORTED',
      (b) => (b.mediaType = 'application/vnd.dev.sigstore.bundle.v9.9+json'),
    ],
    [
      'a version to come',
      'SIGNATURE.UNSUPPORTED',
      (b) => (b.mediaType = 'application/vnd.dev.sigstore.bundle.v0.4+json'),
    ],
    ['an unknown legacy version', 'SIGNATURE.UNSUPPORTED', (b) => (b.mediaType = `${legacy}0.9`)],
    ['text after the media type', 'SIGNATURE.UNSUPPORTED', (b) => (b.mediaType = `${legacy}0.30`)],
    ['the media type in a list', 'SIGNATURE.UNSUPPORTED', (b) => (b.mediaType = [`${legacy}0.3`])],
    [
      'a member of the old cosign format',
      'SIGNATURE.UNSUPPORTED',
      (b) => (b['base64Signature'] = signature.toString('base64')),
    ],
    // which material
    ['a certificate', 'SIGNATURE.UNTRUSTED_IDENTITY', (b) => (b.verificationMaterial = { certificate })],
    [
      'a certificate chain in v0.3',
      'SIGNATURE.MALFORMED',
      (b) => (b.verificationMaterial = { x509CertificateChain: { certificates: [certificate] } }),
    ],
    [
      'a chain in v0.1',
      'SIGNATURE.UNTRUSTED_IDENTITY',
      (b) =>
        Object.assign(b, {
          mediaType: `${legacy}0.1`,
          verificationMaterial: { x509CertificateChain: { certificates: [certificate] } },
        }),
    ],
    [
      'a certificate beside the key',
      'SIGNATURE.MALFORMED',
      (b) => (b.verificationMaterial['certificate'] = certificate),
    ],
    [
      'a chain beside the key',
      'SIGNATURE.MALFORMED',
      (b) => (b.verificationMaterial['x509CertificateChain'] = { certificates: [] }),
    ],
    ['a null certificate beside the key', 'SIGNATURE.MALFORMED', (b) => (b.verificationMaterial['certificate'] = null)],
    ['no material', 'SIGNATURE.MALFORMED', (b) => (b.verificationMaterial = {})],
    ['material that is null', 'SIGNATURE.MALFORMED', (b) => Object.assign(b, { verificationMaterial: null })],
    ['material in a list', 'SIGNATURE.MALFORMED', (b) => Object.assign(b, { verificationMaterial: [] })],
    ['a null key', 'SIGNATURE.MALFORMED', (b) => (b.verificationMaterial['publicKey'] = null)],
    [
      'a key inside the bundle',
      'SIGNATURE.MALFORMED',
      (b) => (b.verificationMaterial['publicKey'] = { hint: key.id, rawBytes: 'AAAA' }),
    ],
    ['no hint', 'SIGNATURE.MALFORMED', (b) => (b.verificationMaterial['publicKey'] = {})],
    ['a hint in a list', 'SIGNATURE.MALFORMED', (b) => (b.verificationMaterial['publicKey'] = { hint: [key.id] })],
    ['an empty hint', 'SIGNATURE.UNKNOWN_KEY', (b) => (b.verificationMaterial['publicKey'] = { hint: '' })],
    [
      'an unknown hint',
      'SIGNATURE.UNKNOWN_KEY',
      (b) => (b.verificationMaterial['publicKey'] = { hint: sha256(digest).toString('base64') }),
    ],
    [
      'a hint with blanks',
      'SIGNATURE.UNKNOWN_KEY',
      (b) => (b.verificationMaterial['publicKey'] = { hint: ` ${key.id}` }),
    ],
    [
      'the hint of another trusted key',
      'SIGNATURE.INVALID',
      (b) => (b.verificationMaterial['publicKey'] = { hint: other.id }),
    ],
    [
      'a hint that is a member of every object',
      'SIGNATURE.UNKNOWN_KEY',
      (b) => (b.verificationMaterial['publicKey'] = { hint: 'constructor' }),
    ],
    ['snake case', 'SIGNATURE.MALFORMED', (b) => (b.verificationMaterial['public_key'] = { hint: key.id })],
    ['log entries that are no list', 'SIGNATURE.MALFORMED', (b) => (b.verificationMaterial['tlogEntries'] = {})],
    ['a null log entry', 'SIGNATURE.MALFORMED', (b) => (b.verificationMaterial['tlogEntries'] = [null])],
    ['an empty log entry', 'SIGNATURE.MALFORMED', (b) => (b.verificationMaterial['tlogEntries'] = [{}])],
    // what was signed
    ['no content', 'SIGNATURE.MALFORMED', (b) => delete (b as Partial<BundleJson>).messageSignature],
    [
      'two contents',
      'SIGNATURE.MALFORMED',
      (b) => (b['dsseEnvelope'] = { payload: 'AAAA', payloadType: 'x', signatures: [{ sig: 'AAAA' }] }),
    ],
    ['a null second content', 'SIGNATURE.MALFORMED', (b) => (b['dsseEnvelope'] = null)],
    ['content that is a text', 'SIGNATURE.MALFORMED', (b) => Object.assign(b, { messageSignature: 'signed' })],
    [
      'no digest',
      'SIGNATURE.MALFORMED',
      (b) => delete (b.messageSignature as { messageDigest?: unknown }).messageDigest,
    ],
    ['an empty digest', 'SIGNATURE.MALFORMED', (b) => (b.messageSignature.messageDigest.digest = '')],
    [
      'the digest of another file',
      'SIGNATURE.DIGEST_MISMATCH',
      (b) => (b.messageSignature.messageDigest.digest = sha256(digest).toString('base64')),
    ],
    [
      'a digest cut short',
      'SIGNATURE.DIGEST_MISMATCH',
      (b) => (b.messageSignature.messageDigest.digest = digest.subarray(0, 15).toString('base64')),
    ],
    [
      'a digest in hexadecimal',
      'SIGNATURE.DIGEST_MISMATCH',
      (b) => (b.messageSignature.messageDigest.digest = digest.toString('hex')),
    ],
    ['a digest as a list', 'SIGNATURE.MALFORMED', (b) => (b.messageSignature.messageDigest.digest = [...digest])],
    ['a digest as a number', 'SIGNATURE.MALFORMED', (b) => (b.messageSignature.messageDigest.digest = 5)],
    ['a url-safe digest', 'SIGNATURE.MALFORMED', (b) => (b.messageSignature.messageDigest.digest = urlSafe)],
    ['SHA2_512', 'SIGNATURE.UNSUPPORTED', (b) => (b.messageSignature.messageDigest.algorithm = 'SHA2_512')],
    ['SHA3_256', 'SIGNATURE.UNSUPPORTED', (b) => (b.messageSignature.messageDigest.algorithm = 'SHA3_256')],
    [
      'no algorithm',
      'SIGNATURE.UNSUPPORTED',
      (b) => delete (b.messageSignature.messageDigest as { algorithm?: unknown }).algorithm,
    ],
    ['an unknown algorithm', 'SIGNATURE.MALFORMED', (b) => (b.messageSignature.messageDigest.algorithm = 'MD5')],
    ['no signature', 'SIGNATURE.MALFORMED', (b) => delete (b.messageSignature as { signature?: unknown }).signature],
    ['an empty signature', 'SIGNATURE.MALFORMED', (b) => (b.messageSignature.signature = '')],
    ['a null signature', 'SIGNATURE.MALFORMED', (b) => (b.messageSignature.signature = null)],
    [
      'a signature with a line feed',
      'SIGNATURE.MALFORMED',
      (b) => (b.messageSignature.signature = toBareSignature(signature)),
    ],
    ['a url-safe signature', 'SIGNATURE.MALFORMED', (b) => (b.messageSignature.signature = urlSafe)],
    ['a signature without its padding', 'SIGNATURE.MALFORMED', (b) => (b.messageSignature.signature = 'AAA')],
    ['a signature with spare bits', 'SIGNATURE.MALFORMED', (b) => (b.messageSignature.signature = 'AAB=')],
    [
      'the signature of a stranger',
      'SIGNATURE.INVALID',
      (b) => (b.messageSignature.signature = sign('sha256', bytes, stranger.privateKey).toString('base64')),
    ],
    [
      'a signature over other bytes',
      'SIGNATURE.INVALID',
      (b) => (b.messageSignature.signature = sign('sha256', digest, pair.privateKey).toString('base64')),
    ],
    ['an unknown member', 'SIGNATURE.MALFORMED', (b) => (b['comment'] = 'trust me')],
    [
      'an unknown member of the signature',
      'SIGNATURE.MALFORMED',
      (b) => Object.assign(b.messageSignature, { message_digest: {} }),
    ],
    [
      'an unknown member of the digest',
      'SIGNATURE.MALFORMED',
      (b) => Object.assign(b.messageSignature.messageDigest, { value: '' }),
    ],
  ])('refuses %s with %s', (_, code, edit) => {
    expect(() => verify(bytes, edited(edit))).toThrow(refused(code));
  });

  it.each<[string, string, string]>([
    ['an empty text', '', 'SIGNATURE.MISSING'],
    ['a blank text', ' \n', 'SIGNATURE.MISSING'],
    ['null', 'null', 'SIGNATURE.MALFORMED'],
    ['a list', '[]', 'SIGNATURE.MALFORMED'],
    ['a number', '5', 'SIGNATURE.MALFORMED'],
    ['a text', '"text"', 'SIGNATURE.MALFORMED'],
    ['an empty object', '{}', 'SIGNATURE.UNSUPPORTED'],
    ['half an object', '{', 'SIGNATURE.MALFORMED'],
    ['a list of bundles', `[${text}]`, 'SIGNATURE.MALFORMED'],
    ['two bundles', `${text}${text}`, 'SIGNATURE.MALFORMED'],
    ['a comment', `${text}//`, 'SIGNATURE.MALFORMED'],
    ['a byte order mark', `\ufeff${text}`, 'SIGNATURE.MALFORMED'],
    ['a NUL at the end', `${text}\0`, 'SIGNATURE.MALFORMED'],
    ['a bare signature', toBareSignature(signature), 'SIGNATURE.MALFORMED'],
    ['the old cosign format', '{"base64Signature":"AAAA","cert":"","rekorBundle":{}}', 'SIGNATURE.UNSUPPORTED'],
    ['two media types', text.replace('{', '{"mediaType":"x",'), 'SIGNATURE.MALFORMED'],
    ['two hints', text.replace('"hint":', '"hint":"x","hint":'), 'SIGNATURE.MALFORMED'],
    ['two hints, one of them escaped', text.replace('"hint":', '"h\\u0069nt":"x","hint":'), 'SIGNATURE.MALFORMED'],
    ['two digests', text.replace('"digest":', '"digest":"AAAA","digest":'), 'SIGNATURE.MALFORMED'],
    [
      'two materials',
      text.replace('"messageSignature"', '"verificationMaterial":{},"messageSignature"'),
      'SIGNATURE.MALFORMED',
    ],
    ['a prototype', text.replace('{', '{"__proto__":{},'), 'SIGNATURE.MALFORMED'],
    ['a deep list', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'SIGNATURE.MALFORMED'],
    ['a deep member', text.replace('{}', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`), 'SIGNATURE.MALFORMED'],
    ['two megabytes of blanks', `${text}${' '.repeat(2 * 1024 * 1024)}`, 'SIGNATURE.MALFORMED'],
  ])('refuses %s', (_, bundle, code) => {
    expect(() => verify(bytes, bundle)).toThrow(refused(code));
  });

  it('refuses the key of a stranger, and everything when no key is trusted', () => {
    expect(() => verify(bytes, text, [other])).toThrow(refused('SIGNATURE.UNKNOWN_KEY'));
    expect(() => verify(bytes, text, [])).toThrow(refused('SIGNATURE.UNKNOWN_KEY'));
  });

  it('refuses the package when any one bit of it is turned', () => {
    const accepted: number[] = [];
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      if (accepts(changed, text)) accepted.push(bit);
    }
    expect(accepted).toEqual([]);
  });

  it('refuses the bundle when any one bit of its text is turned, unless it still says the same', () => {
    const accepted: [number, string][] = [];
    for (let bit = 0; bit < text.length * 8; bit++) {
      const index = bit >> 3;
      const changed =
        text.slice(0, index) + String.fromCharCode(text.charCodeAt(index) ^ (1 << (bit & 7))) + text.slice(index + 1);
      if (accepts(bytes, changed) && !saysTheSame(changed)) accepted.push([index, changed]);
    }
    expect(accepted).toEqual([]);
  });

  it('never accepts, and never fails otherwise, when any part of the text is cut out', () => {
    const accepted: string[] = [];
    for (let from = 0; from < text.length; from += 3) {
      for (const length of [1, 2, 7, 40, text.length]) {
        const changed = text.slice(0, from) + text.slice(from + length);
        if (accepts(bytes, changed) && !saysTheSame(changed)) accepted.push(changed);
      }
    }
    expect(accepted).toEqual([]);
  });
});

function saysTheSame(changed: string): boolean {
  return JSON.stringify(JSON.parse(changed)) === JSON.stringify(JSON.parse(text));
}

/** True when accepted; throws when it fails in any other way than by a SignatureError of this family. */
function accepts(content: Uint8Array, bundle: string): boolean {
  try {
    verify(content, bundle);
    return true;
  } catch (error) {
    if (error instanceof SignatureError && error.code.startsWith('SIGNATURE.')) return false;
    throw error;
  }
}
