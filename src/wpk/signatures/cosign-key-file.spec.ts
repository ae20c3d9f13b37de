import { generateKeyPairSync, scryptSync } from 'node:crypto';

import { beforeAll, describe, expect, it } from '@jest/globals';
import nacl from 'tweetnacl';

import { generateKeyPair, type KeyPairFiles, openPrivateKey } from './cosign-key-file.js';
import { loadPublicKey } from './trusted-key.js';

interface KeyFile {
  kdf: { name: string; params: { N: number; r: number; p: number }; salt: string };
  cipher: { name: string; nonce: string };
  ciphertext: string;
}

const read = (file: string) =>
  JSON.parse(Buffer.from(file.replace(/-----[^-]+-----/g, ''), 'base64').toString('utf8')) as KeyFile;
const write = (content: unknown, header = 'ENCRYPTED SIGSTORE PRIVATE KEY') =>
  `-----BEGIN ${header}-----\n${Buffer.from(JSON.stringify(content)).toString('base64')}\n-----END ${header}-----\n`;

/** A key file around any plaintext, with any scrypt cost. */
function seal(plain: Uint8Array, n = 32_768): KeyFile {
  const [salt, nonce] = [Buffer.alloc(32, 7), Buffer.alloc(24, 9)];
  const key = scryptSync('pw', salt, 32, { N: n, r: 8, p: 1, maxmem: 2048 * n });
  return {
    kdf: { name: 'scrypt', params: { N: n, r: 8, p: 1 }, salt: salt.toString('base64') },
    cipher: { name: 'nacl/secretbox', nonce: nonce.toString('base64') },
    ciphertext: Buffer.from(nacl.secretbox(plain, nonce, key)).toString('base64'),
  };
}

const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pkcs8 = p256.privateKey.export({ format: 'der', type: 'pkcs8' });
const p256Id = loadPublicKey(p256.publicKey.export({ format: 'pem', type: 'spki' }).toString()).id;

describe('cosign private key file', () => {
  let files: KeyPairFiles;
  beforeAll(() => {
    files = generateKeyPair('pw');
  });

  it('opens what it wrote, and the key belongs to the public file', () => {
    const key = openPrivateKey(files.privateKeyFile, 'pw');
    expect(key.id).toBe(loadPublicKey(files.publicKeyPem).id);
    expect(key.privateKey.type).toBe('private');
  });

  it("is written with today's costs, fresh salt and nonce, in lines of 64", () => {
    const file = read(files.privateKeyFile);
    expect(file.kdf).toMatchObject({ name: 'scrypt', params: { N: 65_536, r: 8, p: 1 } });
    expect(Buffer.from(file.kdf.salt, 'base64')).toHaveLength(32);
    expect(Buffer.from(file.cipher.nonce, 'base64')).toHaveLength(24);
    const lines = files.privateKeyFile.split('\n');
    expect(lines.slice(1, -3).every((line) => line.length === 64)).toBe(true);
    expect([lines[0], lines.at(-1)]).toEqual(['-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----', '']);
    const other = read(generateKeyPair('pw').privateKeyFile);
    expect([other.kdf.salt, other.cipher.nonce]).not.toContain(file.kdf.salt);
    expect(other.cipher.nonce).not.toBe(file.cipher.nonce);
  });

  it('does not hold the private key in the clear', () => {
    const key = openPrivateKey(files.privateKeyFile, 'pw').privateKey.export({ format: 'jwk' }).d ?? '';
    expect(Buffer.from(read(files.privateKeyFile).ciphertext, 'base64').includes(Buffer.from(key, 'base64url'))).toBe(
      false,
    );
  });

  it('accepts the empty password and refuses any other for such a file', () => {
    const open = generateKeyPair('');
    expect(openPrivateKey(open.privateKeyFile, '').id).toBe(loadPublicKey(open.publicKeyPem).id);
    expect(() => openPrivateKey(open.privateKeyFile, ' ')).toThrow(expect.objectContaining({ code: 'KEY.PASSWORD' }));
  });

  it.each(['', 'PW', 'pw ', 'pässword'])('refuses the wrong password %j', (password) => {
    expect(() => openPrivateKey(files.privateKeyFile, password)).toThrow(
      expect.objectContaining({ code: 'KEY.PASSWORD' }),
    );
  });

  it.each([
    ['the older header', write(seal(pkcs8), 'ENCRYPTED COSIGN PRIVATE KEY')],
    ['the older cost', write(seal(pkcs8, 32_768))],
    ['the hardened cost', write(seal(pkcs8, 131_072))],
  ])('opens a file with %s', (_, file) => {
    expect(openPrivateKey(file, 'pw').id).toBe(p256Id);
  });

  it.each<[string, (file: KeyFile) => unknown]>([
    ['a cost of 2', (f) => (f.kdf.params.N = 2)],
    ['a cost of 2^20', (f) => (f.kdf.params.N = 2 ** 20)],
    ['a cost of 2^40', (f) => (f.kdf.params.N = 2 ** 40)],
    ['a cost that is a text', (f) => Object.assign(f.kdf.params, { N: '65536' })],
    ['no cost', (f) => Object.assign(f.kdf, { params: {} })],
    ['r = 16', (f) => (f.kdf.params.r = 16)],
    ['p = 2', (f) => (f.kdf.params.p = 2)],
    ['another derivation', (f) => (f.kdf.name = 'pbkdf2')],
    ['no cipher', (f) => (f.cipher.name = 'none')],
  ])('refuses %s before it derives a key', (_, edit) => {
    const file = seal(pkcs8);
    edit(file);
    expect(() => openPrivateKey(write(file), 'pw')).toThrow(expect.objectContaining({ code: 'KEY.UNSUPPORTED' }));
  });

  it.each<[string, (file: KeyFile) => unknown]>([
    ['a short salt', (f) => (f.kdf.salt = 'AAAA')],
    ['a short nonce', (f) => (f.cipher.nonce = 'AAAA')],
    ['url-safe letters', (f) => (f.ciphertext = `-_${f.ciphertext.slice(2)}`)],
    ['no ciphertext', (f) => (f.ciphertext = '')],
    ['a number as salt', (f) => Object.assign(f.kdf, { salt: 5 })],
  ])('refuses a file with %s', (_, edit) => {
    const file = seal(pkcs8);
    edit(file);
    expect(() => openPrivateKey(write(file), 'pw')).toThrow(expect.objectContaining({ code: 'KEY.MALFORMED' }));
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['a public key', p256.publicKey.export({ format: 'pem', type: 'spki' }).toString()],
    ['an open private key', p256.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()],
    ['null', write(null)],
    ['a list', write([])],
    ['a text', write('scrypt')],
    ['a file cut short', write(seal(pkcs8)).slice(0, 200)],
    ['two headers that differ', write(seal(pkcs8)).replace('END ENCRYPTED SIGSTORE', 'END ENCRYPTED COSIGN')],
    ['a file of a megabyte', write({ ...seal(pkcs8), filler: 'x'.repeat(1_000_000) })],
    [
      'two members of one name',
      write(seal(pkcs8)).replace(/\n(.+)\n/, (_, body: string) => `\n${duplicateKdf(body)}\n`),
    ],
  ])('refuses %s', (_, text) => {
    expect(() => openPrivateKey(text, 'pw')).toThrow(
      expect.objectContaining({
        name: 'SignatureError',
        code: expect.stringMatching(/^KEY\.(MALFORMED|UNSUPPORTED)$/),
      }),
    );
  });

  it.each<[string, Uint8Array]>([
    ['a SEC1 key', p256.privateKey.export({ format: 'der', type: 'sec1' })],
    [
      'an RSA key',
      generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'der', type: 'pkcs8' }),
    ],
    ['an Ed25519 key', generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' })],
    ['no key at all', Buffer.from('hello')],
  ])('refuses %s inside', (_, plain) => {
    expect(() => openPrivateKey(write(seal(plain)), 'pw')).toThrow(
      expect.objectContaining({ code: 'KEY.UNSUPPORTED' }),
    );
  });
});

function duplicateKdf(body: string): string {
  const json = Buffer.from(body, 'base64').toString('utf8');
  return Buffer.from(json.replace('{', '{"kdf":{"name":"none"},')).toString('base64');
}
