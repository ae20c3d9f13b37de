import { createHash, createPublicKey, ECDH, generateKeyPairSync, type KeyObject } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import { loadPublicKey, loadPublicKeys } from './trusted-key.js';

const p256 = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pemOf = (key: KeyObject) => key.export({ format: 'pem', type: 'spki' }).toString();
const pem = pemOf(p256().publicKey);

describe('loadPublicKey', () => {
  it('names a key by the SHA-256 of its SPKI, as cosign does', () => {
    const spki = createPublicKey(pem).export({ format: 'der', type: 'spki' });
    expect(loadPublicKey(pem).id).toBe(createHash('sha256').update(spki).digest('base64'));
  });

  it('gives a compressed point the same id as the uncompressed one', () => {
    const spki = createPublicKey(pem).export({ format: 'der', type: 'spki' });
    const point = ECDH.convertKey(spki.subarray(-65), 'prime256v1', undefined, undefined, 'compressed') as Buffer;
    const header = Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex');
    const compressed = createPublicKey({ key: Buffer.concat([header, point]), format: 'der', type: 'spki' });
    expect(pemOf(compressed)).not.toBe(pem);
    expect(loadPublicKey(pemOf(compressed)).id).toBe(loadPublicKey(pem).id);
  });

  it('gives a key that spells out the parameters of P-256 the same id as one that names the curve', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' });
    const named = createPublicKey({ key: publicKey.export({ format: 'jwk' }), format: 'jwk' });
    expect(pemOf(publicKey)).not.toBe(pemOf(named));
    expect(loadPublicKey(pemOf(publicKey)).id).toBe(loadPublicKey(pemOf(named)).id);
  });

  it.each([
    ['a line feed at the end', `${pem}\n`],
    ['Windows line ends', pem.replaceAll('\n', '\r\n')],
    ['blanks around it', `\n  ${pem}  \n`],
  ])('reads a key with %s', (_, text) => {
    expect(loadPublicKey(text).id).toBe(loadPublicKey(pem).id);
  });

  it.each<[string, KeyObject]>([
    ['Ed25519', generateKeyPairSync('ed25519').publicKey],
    ['X25519', generateKeyPairSync('x25519').publicKey],
    ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey],
    ['P-384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey],
    ['secp256k1', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey],
  ])('refuses a key of kind %s', (_, key) => {
    expect(() => loadPublicKey(pemOf(key))).toThrow(expect.objectContaining({ code: 'KEY.UNSUPPORTED' }));
  });

  it.each<[string, string, string]>([
    ['nothing', '', 'KEY.MALFORMED'],
    ['plain text', 'cosign.pub', 'KEY.MALFORMED'],
    ['a path', '/etc/atom/cosign.pub', 'KEY.MALFORMED'],
    ['a private key', p256().privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), 'KEY.UNSUPPORTED'],
    ['a certificate', pem.replaceAll('PUBLIC KEY', 'CERTIFICATE'), 'KEY.UNSUPPORTED'],
    ['two keys', pem + pemOf(p256().publicKey), 'KEY.MALFORMED'],
    ['text beside the block', `trust me\n${pem}`, 'KEY.MALFORMED'],
    ['a cut block', pem.slice(0, -40), 'KEY.MALFORMED'],
    ['a block without padding', pem.replace(/=+/, ''), 'KEY.MALFORMED'],
    ['a block of other bytes', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', 'KEY.MALFORMED'],
    ['an empty block', '-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----', 'KEY.MALFORMED'],
  ])('refuses %s', (_, text, code) => {
    expect(() => loadPublicKey(text)).toThrow(expect.objectContaining({ name: 'SignatureError', code }));
  });
});

describe('loadPublicKeys', () => {
  it('reads several blocks in their order and counts a repeated key once', () => {
    const other = pemOf(p256().publicKey);
    expect(loadPublicKeys(`${pem}\n${other}${pem}`).map(({ id }) => id)).toEqual([
      loadPublicKey(pem).id,
      loadPublicKey(other).id,
    ]);
  });

  it('refuses the whole text when one of its keys is not acceptable', () => {
    const ed25519 = pemOf(generateKeyPairSync('ed25519').publicKey);
    expect(() => loadPublicKeys(pem + ed25519)).toThrow(expect.objectContaining({ code: 'KEY.UNSUPPORTED' }));
  });
});
