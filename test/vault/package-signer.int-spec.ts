import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { VaultClient } from '../../src/platform/vault/vault.client.js';
import { VAULT_TIMING } from '../../src/platform/vault/vault.retries.js';
import type { PackageSigner } from '../../src/registry/signing/package-signer.js';
import { VaultPackageSigner } from '../../src/registry/signing/vault.package-signer.js';
import { loadPublicKey, sha256, toBareSignature, toBundle, verifySignature } from '../../src/wpk/index.js';
import { packageSignerContract } from '../contracts/package-signer.contract.js';
import { CosignBench, findCosign } from '../interop/cosign.js';
import { findVaultServer, VaultServer } from './vault.server.js';

const search = await findVaultServer();
const cosignSearch = await findCosign(3);
const bytes = Buffer.from('apiVersion: atom.dev/v1\nkind: WorkflowPackage\n');

if ('missing' in search) {
  describe('PackageSigner: Vault', () => {
    it('was not tried', () => console.warn(search.missing));
  });
} else {
  const { program } = search;
  packageSignerContract('Vault', async () => {
    const vault = await startVault(program);
    const client = await clientOf(vault);
    return {
      signer: new VaultPackageSigner(client, { mount: 'transit', name: 'atom' }),
      rotate: async () => {
        await vault.operate('POST', 'transit/keys/atom/rotate');
      },
      takeAway: () => vault.seal(),
      giveBack: () => vault.unseal(),
      destroy: async () => {
        await vault.operate('POST', 'transit/keys/atom/config', { deletion_allowed: true });
        await vault.operate('DELETE', 'transit/keys/atom');
      },
      close: async () => {
        await client.close();
        await vault.stop();
      },
    };
  });
  describe('a package signer with a real Vault', () => signOn(program));
}

/** As docs/vault.md tells its operator: an engine, a key, a policy for these two paths only, an AppRole. */
async function startVault(program: string): Promise<VaultServer> {
  const vault = await VaultServer.start(program);
  await vault.operate('POST', 'sys/auth/approle', { type: 'approle' });
  await vault.operate('POST', 'sys/mounts/transit', { type: 'transit' });
  await vault.operate('POST', 'transit/keys/atom', { type: 'ecdsa-p256' });
  await allowSigning(vault);
  return vault;
}

const allowSigning = (vault: VaultServer, name = 'atom') =>
  vault.allow('atom-signer', {
    [`transit/sign/${name}/sha2-256`]: ['update'],
    [`transit/keys/${name}`]: ['read'],
  });

async function clientOf(vault: VaultServer): Promise<VaultClient> {
  const settings = { token_policies: ['atom-signer'], token_ttl: '1h' };
  const { roleId, secretId } = await vault.makeRole('atom', settings);
  const auth = { method: 'approle', mount: 'approle', roleId, secretId: { text: secretId } } as const;
  return new VaultClient({ address: vault.address, auth }, { ...VAULT_TIMING, pauseMs: 10 });
}

function signOn(program: string): void {
  let vault: VaultServer;
  let client: VaultClient;

  beforeAll(async () => {
    vault = await startVault(program);
    client = await clientOf(vault);
  });
  afterEach(() => allowSigning(vault));
  afterAll(async () => {
    await client.close();
    await vault.stop();
  });

  const signer = (name = 'atom', mount = 'transit') => new VaultPackageSigner(client, { mount, name });
  const refusal = async (from: PackageSigner) => {
    const outcome: unknown = await from.sign(bytes).catch((error: unknown) => error);
    expect(outcome).toEqual(expect.objectContaining({ name: 'RegistryError', code: 'signing-not-configured' }));
    return (outcome as Error).message;
  };

  it.each(['rsa-2048', 'ed25519', 'ecdsa-p384', 'aes256-gcm96'])(
    'refuses a key of the type %s, and says how to make one that it takes',
    async (type) => {
      await vault.operate('POST', `transit/keys/${type}`, { type });
      await allowSigning(vault, type);
      const message = await refusal(signer(type));
      expect(message).toContain(`is of the type ${type}`);
      expect(message).toContain(`vault write -f transit/keys/${type} type=ecdsa-p256`);
    },
  );

  it.each([
    ['sign', { 'transit/keys/atom': ['read'] }],
    ['read the key', { 'transit/sign/atom/sha2-256': ['update'] }],
    ['do either', { 'transit/keys/other': ['read'] }],
  ])('names both paths when the policy does not let it %s', async (_, rules) => {
    await vault.allow('atom-signer', rules);
    const message = await refusal(signer());
    expect(message).toContain('update on transit/sign/atom/sha2-256');
    expect(message).toContain('read on transit/keys/atom');
  });

  it('says how to make the key that it does not find', async () => {
    await allowSigning(vault, 'missing');
    expect(await refusal(signer('missing'))).toContain('vault write -f transit/keys/missing type=ecdsa-p256');
  });

  it('signs at another mount', async () => {
    await vault.operate('POST', 'sys/mounts/teams/a/transit', { type: 'transit' });
    await vault.operate('POST', 'teams/a/transit/keys/release', { type: 'ecdsa-p256' });
    const rules = { 'teams/a/transit/sign/release/sha2-256': ['update'], 'teams/a/transit/keys/release': ['read'] };
    await vault.allow('atom-signer', rules);
    const { signature, publicKeyPem, keyId } = await signer('release', 'teams/a/transit').sign(bytes);
    const made = { kind: 'signature', text: toBareSignature(signature) } as const;
    expect(verifySignature(bytes, made, { keys: [loadPublicKey(publicKeyPem)] }).signer).toEqual({
      kind: 'key',
      keyId,
    });
  });

  it('finds the public half of a version that came while it signed', async () => {
    const original = client.request.bind(client);
    const rotating = Object.create(client) as VaultClient;
    let rotated = false;
    rotating.request = async (method, path, body) => {
      const answer = await original(method, path, body);
      if (!rotated) await vault.operate('POST', 'transit/keys/atom/rotate');
      rotated = true;
      return answer;
    };
    const { keyVersion: before } = await signer().sign(bytes);
    const during = new VaultPackageSigner(rotating, { mount: 'transit', name: 'atom' });
    const { keyVersion, publicKeyPem, signature } = await during.sign(bytes);
    expect(keyVersion).toBe(before + 1);
    const made = { kind: 'signature', text: toBareSignature(signature) } as const;
    verifySignature(bytes, made, { keys: [loadPublicKey(publicKeyPem)] });
  });

  describe('cosign', () => {
    if ('missing' in cosignSearch) {
      it('was not compared', () => console.warn(cosignSearch.missing));
      return;
    }
    let cosign: CosignBench;
    beforeAll(async () => {
      cosign = await CosignBench.open(cosignSearch.program);
    });
    afterAll(() => cosign.close());

    it('accepts the bundle and the signature of each version under its public key, and no other', async () => {
      await cosign.write('pkg', bytes);
      await cosign.write('tampered', `${bytes.toString()}#`);
      const versions = [];
      for (let version = 0; version < 2; version++) {
        versions.push(await signer().sign(bytes));
        await vault.operate('POST', 'transit/keys/atom/rotate');
      }
      for (const { signature, publicKeyPem, keyId, keyVersion } of versions) {
        await cosign.write(`${keyVersion}.pub`, publicKeyPem);
        await cosign.write(`${keyVersion}.json`, toBundle(sha256(bytes), signature, keyId));
        await cosign.write(`${keyVersion}.sig`, toBareSignature(signature));
      }
      const accepts = (key: number, form: string, file: string, blob = 'pkg') =>
        cosign.run('verify-blob', '--key', `${key}.pub`, form, file, '--insecure-ignore-tlog=true', blob);
      const [one, two] = versions.map(({ keyVersion }) => keyVersion) as [number, number];
      for (const [own, other] of [
        [one, two],
        [two, one],
      ] as const) {
        for (const [form, file] of [
          ['--bundle', `${own}.json`],
          ['--signature', `${own}.sig`],
        ] as const) {
          await accepts(own, form, file);
          await expect(accepts(other, form, file)).rejects.toThrow();
          await expect(accepts(own, form, file, 'tampered')).rejects.toThrow();
        }
      }
    });
  });
}
