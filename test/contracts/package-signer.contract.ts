import { createPublicKey, verify } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { PackageSigner } from '../../src/registry/signing/package-signer.js';
import { loadPublicKey, sha256, toBareSignature, toBundle, verifySignature } from '../../src/wpk/index.js';

export interface SignerSubject {
  readonly signer: PackageSigner;
  /** The key gets a new version. */
  rotate(): Promise<void>;
  /** Nobody can reach the key, until `giveBack`. */
  takeAway(): Promise<void>;
  giveBack(): Promise<void>;
  /** The key is gone for good. */
  destroy(): Promise<void>;
  close(): Promise<void>;
}

const bytes = Buffer.from('apiVersion: atom.dev/v1\nkind: WorkflowPackage\n');
const tampered = Buffer.from('apiVersion: atom.dev/v1\nkind: WorkflowPackagE\n');
const refused = (code: string) => expect.objectContaining({ name: 'RegistryError', code });

/** What every PackageSigner promises. */
export function packageSignerContract(title: string, open: () => SignerSubject | Promise<SignerSubject>): void {
  describe(`PackageSigner: ${title}`, () => {
    let subject: SignerSubject;

    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject.close());

    it('signs so that the signature and the bundle verify under its key, and for no other bytes', async () => {
      const { signature, publicKeyPem, keyId } = await subject.signer.sign(bytes);
      const trust = { keys: [loadPublicKey(publicKeyPem)] };
      for (const made of [
        { kind: 'signature', text: toBareSignature(signature) },
        { kind: 'bundle', text: toBundle(sha256(bytes), signature, keyId) },
      ] as const) {
        expect(verifySignature(bytes, made, trust).signer).toEqual({ kind: 'key', keyId });
        expect(() => verifySignature(tampered, made, trust)).toThrow(
          expect.objectContaining({ name: 'SignatureError' }),
        );
      }
    });

    it.each([
      ['nothing', Buffer.alloc(0)],
      ['one byte', Buffer.of(0)],
      ['five megabytes', Buffer.alloc(5_000_000, 'wpk')],
    ])('signs %s, over their SHA-256', async (_, content) => {
      const { signature, publicKeyPem } = await subject.signer.sign(content);
      expect(verify('sha256', content, createPublicKey(publicKeyPem), signature)).toBe(true);
    });

    it('names the key in the forms that bundles and cosign take', async () => {
      const { publicKeyPem, keyId } = await subject.signer.sign(bytes);
      expect(publicKeyPem).toMatch(/^-----BEGIN PUBLIC KEY-----\n[^-]+\n-----END PUBLIC KEY-----\n$/);
      expect(keyId).toBe(loadPublicKey(publicKeyPem).id);
    });

    it('signs with the newest version of its key, and names which', async () => {
      const before = await subject.signer.sign(bytes);
      await subject.rotate();
      const after = await subject.signer.sign(bytes);
      expect(after.keyVersion).toBe(before.keyVersion + 1);
      expect(after.keyId).not.toBe(before.keyId);
      for (const { signature, publicKeyPem, keyId } of [before, after]) {
        const made = { kind: 'signature', text: toBareSignature(signature) } as const;
        expect(verifySignature(bytes, made, { keys: [loadPublicKey(publicKeyPem)] }).signer).toEqual({
          kind: 'key',
          keyId,
        });
      }
    });

    it('signs many packages at once, each for itself', async () => {
      const contents = Array.from({ length: 10 }, (_, index) => Buffer.from(`package ${index}`));
      const made = await Promise.all(contents.map((content) => subject.signer.sign(content)));
      made.forEach(({ signature, publicKeyPem }, index) => {
        const key = createPublicKey(publicKeyPem);
        expect(contents.map((content) => verify('sha256', content, key, signature)).indexOf(true)).toBe(index);
      });
    });

    it('is unavailable while the key is out of reach, and signs again afterwards', async () => {
      await subject.takeAway();
      await expect(subject.signer.sign(bytes)).rejects.toEqual(refused('signing-unavailable'));
      await subject.giveBack();
      expect((await subject.signer.sign(bytes)).signature.length).toBeGreaterThan(0);
    });

    it('is not configured once its key is gone', async () => {
      await subject.destroy();
      await expect(subject.signer.sign(bytes)).rejects.toEqual(refused('signing-not-configured'));
    });
  });
}
