import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import {
  generateKeyPair,
  loadPublicKey,
  openPrivateKey,
  type PrivateKey,
  sha256,
  signBytes,
  toBareSignature,
  toBundle,
  type TrustedKey,
  verifySignature,
} from '../../src/wpk/signatures/index.js';
import { COSIGN_MAJORS, CosignBench, findCosign } from './cosign.js';
import { COSIGN_LINES, type CosignLines } from './cosign.lines.js';

const bytes = Buffer.from('apiVersion: atom.dev/v1\nkind: WorkflowPackage\n');
const tampered = Buffer.from('apiVersion: atom.dev/v1\nkind: WorkflowPackagE\n');
type Form = 'verifyBundle' | 'verifyBare' | 'verifyAttestation';
const refusal = expect.objectContaining({ name: 'SignatureError' });

for (const major of COSIGN_MAJORS) {
  const search = await findCosign(major);
  describe(`cosign ${major}`, () => {
    if ('program' in search) compare(search.program, COSIGN_LINES[major]);
    else it('was not compared with this library', () => console.warn(search.missing));
  });
}

function compare(program: string, lines: CosignLines): void {
  let cosign: CosignBench;
  beforeAll(async () => {
    cosign = await CosignBench.open(program);
    await cosign.write('pkg', bytes);
    await cosign.write('tampered', tampered);
  });
  afterAll(() => cosign.close());

  const text = (name: string) => readFile(cosign.path(name), 'utf8');
  const verify = (form: Form, publicKey: string, file: string, blob: string) =>
    cosign.run(...lines[form](publicKey, file, blob));

  describe('with a key pair made here', () => {
    let key: TrustedKey;

    beforeAll(async () => {
      const files = generateKeyPair('pässword 1');
      await cosign.write('ours.key', files.privateKeyFile);
      await cosign.write('ours.pub', files.publicKeyPem);
      key = loadPublicKey(files.publicKeyPem);
      await cosign.write('predicate.json', JSON.stringify({ name: 'demo', version: '1.0.0' }));
      for (const line of [
        lines.signBundle('ours.key', 'theirs.json', 'pkg'),
        lines.signBare('ours.key', 'theirs.sig', 'pkg'),
        lines.attest('ours.key', 'attestation.json', 'pkg'),
      ]) {
        await cosign.runWithPassword('pässword 1', ...line);
      }
    });

    it.each([
      ['bundle', 'theirs.json'],
      ['signature', 'theirs.sig'],
      ['bundle', 'attestation.json'],
    ] as const)('its %s %s is accepted here, and refused for other bytes and another key', async (kind, file) => {
      const signature = { kind, text: await text(file) };
      const stranger = loadPublicKey(generateKeyPair('').publicKeyPem);
      expect(verifySignature(bytes, signature, { keys: [stranger, key] }).signer).toEqual({
        kind: 'key',
        keyId: key.id,
      });
      expect(() => verifySignature(tampered, signature, { keys: [key] })).toThrow(refusal);
      expect(() => verifySignature(bytes, signature, { keys: [stranger] })).toThrow(refusal);
    });

    it.each([
      ['verifyBundle', 'theirs.json'],
      ['verifyBare', 'theirs.sig'],
      ['verifyAttestation', 'attestation.json'],
    ] as const)('it accepts its own (%s) %s under the public key file made here', async (form, file) => {
      await verify(form, 'ours.pub', file, 'pkg');
      await expect(verify(form, 'ours.pub', file, 'tampered')).rejects.toThrow();
    });

    it('it cannot open the private key file with another password', async () => {
      const signed = cosign.runWithPassword('password 1', ...lines.signBundle('ours.key', 'no', 'pkg'));
      await expect(signed).rejects.toThrow('decrypt');
    });
  });

  describe('with a key pair made by cosign', () => {
    let key: PrivateKey;

    beforeAll(async () => {
      await cosign.runWithPassword('secret', 'generate-key-pair', '--output-key-prefix', 'cosign');
      await cosign.runWithPassword('other', 'generate-key-pair', '--output-key-prefix', 'stranger');
      key = openPrivateKey(await text('cosign.key'), 'secret');
      const signature = signBytes(bytes, key);
      await cosign.write('ours.sig', toBareSignature(signature));
      await cosign.write('ours.json', toBundle(sha256(bytes), signature, key.id));
      await cosign.write('swapped.json', toBundle(sha256(tampered), signature, key.id));
    });

    it('its public key has the id of its private key', async () => {
      expect(loadPublicKey(await text('cosign.pub')).id).toBe(key.id);
    });

    it.each([
      ['verifyBundle', 'ours.json'],
      ['verifyBare', 'ours.sig'],
    ] as const)(
      'it accepts (%s) the %s made here, and refuses it for other bytes and another key',
      async (form, file) => {
        await verify(form, 'cosign.pub', file, 'pkg');
        await expect(verify(form, 'cosign.pub', file, 'tampered')).rejects.toThrow();
        await expect(verify(form, 'stranger.pub', file, 'pkg')).rejects.toThrow();
      },
    );

    it('both refuse a bundle whose digest is of the bytes but whose signature is not', async () => {
      const trust = { keys: [loadPublicKey(await text('cosign.pub'))] };
      const swapped = { kind: 'bundle', text: await text('swapped.json') } as const;
      expect(() => verifySignature(tampered, swapped, trust)).toThrow(refusal);
      await expect(verify('verifyBundle', 'cosign.pub', 'swapped.json', 'tampered')).rejects.toThrow();
    });

    it('its private key file does not open with another password', async () => {
      const file = await text('cosign.key');
      expect(() => openPrivateKey(file, 'Secret')).toThrow(expect.objectContaining({ code: 'KEY.PASSWORD' }));
    });
  });

  it.each([
    ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
    ['P-384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey],
    ['Ed25519', generateKeyPairSync('ed25519').privateKey],
  ])('files of a %s key that it imported are refused here', async (name, privateKey) => {
    await cosign.write(`${name}.pem`, privateKey.export({ format: 'pem', type: 'pkcs8' }));
    await cosign.run('import-key-pair', '--key', `${name}.pem`, '--output-key-prefix', name);
    const unsupported = expect.objectContaining({ code: 'KEY.UNSUPPORTED' });
    const files = [await text(`${name}.key`), await text(`${name}.pub`)] as const;
    expect(() => openPrivateKey(files[0], '')).toThrow(unsupported);
    expect(() => loadPublicKey(files[1])).toThrow(unsupported);
  });
}
