import { generateKeyPairSync, sign } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import { sha256, signBytes, toBareSignature } from './sign.js';
import { SignatureError } from './signature.error.js';
import { toTrustedKey } from './trusted-key.js';
import { verifySignature } from './verify.js';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = toTrustedKey(pair.publicKey);
const other = toTrustedKey(stranger.publicKey);

const bytes = Buffer.from('apiVersion: atom.dev/v1\nkind: WorkflowPackage\nmetadata: {name: demo, version: 1.0.0}\n');
const der = signBytes(bytes, { id: key.id, privateKey: pair.privateKey });
const text = toBareSignature(der);
const base64 = der.toString('base64');

const verify = (content: Uint8Array, signature: string, keys = [key]) =>
  verifySignature(content, { kind: 'signature', text: signature }, { keys });
const refused = (code: string) => expect.objectContaining({ name: 'SignatureError', code });

describe('verifySignature, bare signature', () => {
  it('names the signer and the digest of the bytes', () => {
    expect(verify(bytes, text)).toEqual({
      kind: 'signature',
      signer: { kind: 'key', keyId: key.id },
      isLogged: false,
      digest: `sha256:${sha256(bytes).toString('hex')}`,
    });
  });

  it.each([
    ['no line end', base64],
    ['a line feed', `${base64}\n`],
    ['a Windows line end', `${base64}\r\n`],
  ])('reads a file with %s', (_, signature) => {
    expect(verify(bytes, signature).signer).toEqual({ kind: 'key', keyId: key.id });
  });

  it('finds the signer among several trusted keys, in any order', () => {
    expect(verify(bytes, text, [other, key]).signer).toEqual({ kind: 'key', keyId: key.id });
    expect(verify(bytes, text, [key, other]).signer).toEqual({ kind: 'key', keyId: key.id });
  });

  describe('of a package that is too large to be tried with every key', () => {
    const large = Buffer.alloc(20 * 1024 * 1024, 1);
    const ours = { kind: 'signature', text: toBareSignature(signBytes(large, { ...key, ...pair })) } as const;
    const keys = [other, other, other, key];

    it('is refused with a way out, for each key would hash all of it anew', () => {
      expect(() => verifySignature(large, ours, { keys })).toThrow(refused('SIGNATURE.UNSUPPORTED'));
      expect(() => verifySignature(large, { ...ours, hint: other.id }, { keys })).toThrow(/bundle/);
      expect(verifySignature(large, ours, { keys: [other, key] }).signer).toEqual({ kind: 'key', keyId: key.id });
    });

    it('is believed again where it is known whose it was', () => {
      expect(verifySignature(large, { ...ours, hint: key.id }, { keys }).signer).toEqual({
        kind: 'key',
        keyId: key.id,
      });
    });
  });

  it('is proven by no hint', () => {
    expect(() => verifySignature(bytes, { kind: 'signature', text, hint: other.id }, { keys: [other] })).toThrow(
      refused('SIGNATURE.INVALID'),
    );
    const hinted = verifySignature(bytes, { kind: 'signature', text, hint: other.id }, { keys: [other, key] });
    expect(hinted.signer).toEqual({ kind: 'key', keyId: key.id });
  });

  it('accepts an empty package as it would any other bytes', () => {
    const signature = toBareSignature(signBytes(Buffer.alloc(0), { id: key.id, privateKey: pair.privateKey }));
    expect(verify(Buffer.alloc(0), signature).signer).toEqual({ kind: 'key', keyId: key.id });
  });

  it('takes the twin of a signature, (r, n-s), for the same and not for another signature', () => {
    const twin = twinOf(der);
    expect(twin.equals(der)).toBe(false);
    expect(verify(bytes, toBareSignature(twin))).toEqual(verify(bytes, text));
  });

  it.each<[string, string, string]>([
    ['an empty text', '', 'SIGNATURE.MISSING'],
    ['a blank text', ' \n', 'SIGNATURE.MISSING'],
    ['url-safe letters', `-_${base64.slice(2)}`, 'SIGNATURE.MALFORMED'],
    ['a letter outside the alphabet', `!${base64.slice(1)}`, 'SIGNATURE.MALFORMED'],
    [
      'missing padding',
      toBareSignature(Buffer.concat([der, Buffer.alloc(3 - (der.length % 3) + 1)])).replace(/=+\n$/, ''),
      'SIGNATURE.MALFORMED',
    ],
    ['too much padding', `${base64}====`, 'SIGNATURE.MALFORMED'],
    ['a break inside', `${base64.slice(0, 40)}\n${base64.slice(40)}`, 'SIGNATURE.MALFORMED'],
    ['two line ends', `${base64}\n\n`, 'SIGNATURE.MALFORMED'],
    ['a blank before', ` ${base64}`, 'SIGNATURE.MALFORMED'],
    ['a byte order mark', `\ufeff${base64}`, 'SIGNATURE.MALFORMED'],
    ['quotes', `"${base64}"`, 'SIGNATURE.MALFORMED'],
    ['two signatures', `${base64}\n${base64}`, 'SIGNATURE.MALFORMED'],
    ['hexadecimal', `0x${der.toString('hex')}!`, 'SIGNATURE.MALFORMED'],
    ['a megabyte', 'AAAA'.repeat(250_000), 'SIGNATURE.MALFORMED'],
    ['a bundle', '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}', 'SIGNATURE.MALFORMED'],
    ['nothing after decoding', '====', 'SIGNATURE.MALFORMED'],
    ['zeros', 'AAAA', 'SIGNATURE.INVALID'],
    ['r = s = 0', Buffer.from('3006020100020100', 'hex').toString('base64'), 'SIGNATURE.INVALID'],
    ['a DER with a byte after it', Buffer.concat([der, Buffer.from([0])]).toString('base64'), 'SIGNATURE.INVALID'],
    ['a DER with a long length (BER)', berOf(der).toString('base64'), 'SIGNATURE.INVALID'],
    ['the raw form r|s', rawSignature().toString('base64'), 'SIGNATURE.INVALID'],
    ['a signature over the digest', signDigest().toString('base64'), 'SIGNATURE.INVALID'],
    ['SHA-384', sign('sha384', bytes, pair.privateKey).toString('base64'), 'SIGNATURE.INVALID'],
    ['the key of a stranger', sign('sha256', bytes, stranger.privateKey).toString('base64'), 'SIGNATURE.INVALID'],
  ])('refuses %s', (_, signature, code) => {
    expect(() => verify(bytes, signature)).toThrow(refused(code));
  });

  it('refuses everything when no key is trusted', () => {
    expect(() => verify(bytes, text, [])).toThrow(refused('SIGNATURE.INVALID'));
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

  it('refuses the package cut at any length, and with any byte after it', () => {
    const accepted = Array.from(bytes, (_, length) => bytes.subarray(0, length)).filter((part) => accepts(part, text));
    const longer = Array.from({ length: 256 }, (_, byte) => Buffer.concat([bytes, Buffer.from([byte])]));
    expect([...accepted, ...longer.filter((part) => accepts(part, text))]).toEqual([]);
  });

  it('refuses the signature text when any one character of it is any other byte', () => {
    const accepted: [number, number][] = [];
    for (let index = 0; index < text.length; index++) {
      for (let byte = 0; byte < 256; byte++) {
        if (byte === text.charCodeAt(index)) continue;
        const changed = text.slice(0, index) + String.fromCharCode(byte) + text.slice(index + 1);
        if (accepts(bytes, changed)) accepted.push([index, byte]);
      }
    }
    expect(accepted).toEqual([]);
  });
});

/** True when accepted; throws when it fails in any other way than by a SignatureError of this family. */
function accepts(content: Uint8Array, signature: string): boolean {
  try {
    verify(content, signature);
    return true;
  } catch (error) {
    if (error instanceof SignatureError && error.code.startsWith('SIGNATURE.')) return false;
    throw error;
  }
}

function twinOf(signature: Buffer): Buffer {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const rLength = signature[3]!;
  const r = signature.subarray(2, 4 + rLength);
  const s = BigInt(`0x${signature.subarray(6 + rLength).toString('hex')}`);
  const hex = (order - s).toString(16).padStart(64, '0');
  const trimmed = Buffer.from(hex, 'hex');
  const first = trimmed.findIndex((byte) => byte !== 0);
  const body = trimmed.subarray(first);
  const integer = body[0]! & 0x80 ? Buffer.concat([Buffer.from([0]), body]) : body;
  const content = Buffer.concat([r, Buffer.from([2, integer.length]), integer]);
  return Buffer.concat([Buffer.from([0x30, content.length]), content]);
}

function berOf(signature: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x30, 0x81]), signature.subarray(1)]);
}

function rawSignature(): Buffer {
  return sign('sha256', bytes, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' });
}

function signDigest(): Buffer {
  return sign('sha256', sha256(bytes), pair.privateKey);
}
