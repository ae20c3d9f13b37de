import { writeFile } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { aPackage, aSigner } from '../builders/signed-package.js';
import { CosignBench, findCosign } from '../interop/cosign.js';
import { findVaultServer, VaultServer } from '../vault/vault.server.js';
import { type RegistryApp, startRegistry } from './registry.app.js';

const author = aSigner();
const search = await findVaultServer();
const cosign = await findCosign(3);
const bytes = aPackage({ name: 'countersigned' });
const path = '/v1/workflows/countersigned/versions/1.0.0';

async function register(registry: RegistryApp): Promise<void> {
  const response = await registry.upload([['package', bytes], ['bundle', author.bundle(bytes)]]); // prettier-ignore
  expect(response.status).toBe(201);
}

if ('program' in search) describe('POST …/sign', () => signWith(search.program));
else describe('POST …/sign', () => it('was not tried', () => console.warn(search.missing)));

function signWith(program: string): void {
  let vault: VaultServer;
  let registry: RegistryApp;

  beforeAll(async () => {
    vault = await VaultServer.start(program);
    await vault.operate('POST', 'sys/mounts/transit', { type: 'transit' });
    await vault.operate('POST', 'transit/keys/atom', { type: 'ecdsa-p256' });
    await vault.allow('atom-signer', { 'transit/sign/atom/sha2-256': ['update'], 'transit/keys/atom': ['read'] });
    const token = await vault.makeToken({ policies: ['atom-signer'] });
    registry = await startRegistry(author.publicKeyPem, {
      ...{ VAULT_ADDR: vault.address, VAULT_TOKEN: token, VAULT_TRANSIT_KEY: 'atom' },
    });
    await register(registry);
  });
  afterAll(async () => {
    await registry.close();
    await vault.stop();
  });

  const publicKey = async (): Promise<string> => {
    const { data } = await vault.operate('GET', 'transit/keys/atom');
    return (data as { keys: Record<string, { public_key: string }> }).keys['1']!.public_key;
  };

  it('adds a signature of the key in Vault that real cosign verifies, and that trust can ask for', async () => {
    const signed = await registry.send('POST', `${path}/sign`);
    expect(signed).toMatchObject({ status: 200, body: { kind: 'bundle', signer: { kind: 'key' }, logged: false } });
    const { bundle } = signed.body as { bundle: string };
    if ('program' in cosign) {
      const bench = await CosignBench.open(cosign.program);
      await writeFile(bench.path('pkg'), bytes);
      await writeFile(bench.path('pkg.json'), bundle);
      await writeFile(bench.path('vault.pub'), await publicKey());
      await bench.run(
        'verify-blob',
        '--key',
        'vault.pub',
        '--bundle',
        'pkg.json',
        '--insecure-ignore-tlog=true',
        'pkg',
      );
      await bench.close();
    }
    await registry.send('POST', '/v1/trust/keys', { name: 'author', publicKey: author.publicKeyPem });
    await registry.send('POST', '/v1/trust/keys', { name: 'platform', publicKey: await publicKey() });
    const checks = {
      good: { package: bytes.toString('base64'), bundles: [author.bundle(bytes), bundle] },
      bad: { package: bytes.toString('base64'), bundles: [author.bundle(bytes)] },
    };
    const policy = { names: ['countersigned'], any: [{ key: 'author' }, { key: 'platform' }], threshold: 2, checks };
    expect(await registry.send('PUT', '/v1/trust/policies/two', policy)).toMatchObject({ status: 200 });
    expect(await registry.send('GET', `${path}/verification`)).toMatchObject({
      body: { accepted: true, policies: [{ name: 'two', satisfiedBy: ['author', 'platform'] }] },
    });
  });

  it('keeps the first signature of a key, and says who asked', async () => {
    const [first, second] = [await registry.send('POST', `${path}/sign`), await registry.send('POST', `${path}/sign`)];
    expect(second).toEqual(first);
    const { body } = await registry.send('GET', '/v1/audit?action=version.sign&limit=1');
    expect(body).toMatchObject({ items: [{ actor: 'bootstrap', body: { keyVersion: 1, keyId: expect.any(String) } }] });
  });

  it('signs nothing that was changed in the database', async () => {
    const database = new pg.Client({ connectionString: registry.database.url });
    await database.connect();
    const change = (byte: number) => database.query('UPDATE package SET bytes = set_byte(bytes, 0, $1)', [byte]);
    await change(66);
    expect(await registry.send('POST', `${path}/sign`)).toMatchObject({
      status: 422,
      body: { code: 'digest-mismatch' },
    });
    await change(bytes[0]!);
    await database.end();
  });

  it('says that Vault is away, and works again when it is back', async () => {
    await vault.seal();
    expect(await registry.send('POST', `${path}/sign`)).toMatchObject({
      status: 503,
      body: { code: 'signing-unavailable' },
    });
    await vault.unseal();
    expect(await registry.send('POST', `${path}/sign`)).toMatchObject({ status: 200 });
  });
}

describe('POST …/sign without a Vault', () => {
  it('says what to set', async () => {
    const registry = await startRegistry(author.publicKeyPem);
    await register(registry);
    const answer = await registry.send('POST', `${path}/sign`);
    expect(answer).toMatchObject({ status: 409, body: { code: 'signing-not-configured' } });
    expect((answer.body as { detail: string }).detail).toContain('VAULT_TRANSIT_KEY');
    await registry.close();
  });
});
