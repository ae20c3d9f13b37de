import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { VaultClient } from '../../src/platform/vault/vault.client.js';
import { at } from '../../src/platform/vault/vault.json.js';
import { VAULT_TIMING } from '../../src/platform/vault/vault.retries.js';
import type { VaultAuth } from '../../src/platform/vault/vault.settings.js';
import { findVaultServer, VaultServer } from './vault.server.js';

const search = await findVaultServer();
const code = (text: string) => expect.objectContaining({ name: 'VaultError', code: text });

if ('missing' in search) {
  describe('a real Vault', () => {
    it('was not tried', () => console.warn(search.missing));
  });
} else {
  describe('a client of a real Vault', () => tryOn(search.program));
}

function tryOn(program: string): void {
  let vault: VaultServer;
  const clients: VaultClient[] = [];

  beforeAll(async () => {
    vault = await VaultServer.start(program);
    await vault.operate('POST', 'sys/auth/approle', { type: 'approle' });
    await vault.operate('POST', 'sys/mounts/transit', { type: 'transit' });
    await vault.operate('POST', 'transit/keys/atom', { type: 'ecdsa-p256' });
    await vault.allow('reader', { 'transit/keys/atom': ['read'] });
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
  });
  afterAll(() => vault.stop());

  function open(auth: VaultAuth): VaultClient {
    const client = new VaultClient({ address: vault.address, auth }, { ...VAULT_TIMING, pauseMs: 10 });
    clients.push(client);
    return client;
  }

  async function openWithRole(name: string, settings: object): Promise<VaultClient> {
    const { roleId, secretId } = await vault.makeRole(name, { token_policies: ['reader'], ...settings });
    return open({ method: 'approle', mount: 'approle', roleId, secretId: { text: secretId } });
  }

  const openWithToken = async (settings: object): Promise<VaultClient> =>
    open({ method: 'token', token: { text: await vault.makeToken({ policies: ['reader'], ...settings }) } });

  const read = (client: VaultClient) => client.request('GET', 'transit/keys/atom');
  const accessorOf = async (client: VaultClient) =>
    at(await client.request('GET', 'auth/token/lookup-self'), 'data', 'accessor');

  /** The tokens with which a client could read, again and again, for so long. */
  async function readFor(client: VaultClient, ms: number): Promise<Set<unknown>> {
    const accessors = new Set<unknown>();
    const end = Date.now() + ms;
    while (Date.now() < end) {
      await delay(50);
      expect(at(await read(client), 'data', 'type')).toBe('ecdsa-p256');
      accessors.add(await accessorOf(client));
    }
    return accessors;
  }

  it('reads with a token that was given to it, and gets an empty object where Vault answers with nothing', async () => {
    const client = await openWithToken({ ttl: '1h' });
    expect(at(await read(client), 'data', 'name')).toBe('atom');
    expect(await client.request('POST', 'auth/token/revoke-self')).toEqual({});
    await expect(read(client)).rejects.toEqual(code('VAULT.LOGIN_FAILED'));
  });

  it('logs in by AppRole, once for all calls', async () => {
    const client = await openWithRole('once', { token_ttl: '1h' });
    const accessors = await Promise.all(Array.from({ length: 20 }, () => accessorOf(client)));
    expect(new Set(accessors).size).toBe(1);
  });

  it('reads on while one login after another comes to its end', async () => {
    const client = await openWithRole('short', { token_ttl: '2s', token_max_ttl: '3s' });
    const accessors = await readFor(client, 8000);
    expect(accessors.size).toBeGreaterThanOrEqual(2);
  });

  it('keeps a token alive that can be renewed without end', async () => {
    const client = await openWithRole('periodic', { token_period: '3s' });
    const accessors = await readFor(client, 8000);
    expect(accessors.size).toBe(1);
  });

  it('keeps a token alive that was given to it', async () => {
    const client = await openWithToken({ period: '3s' });
    await readFor(client, 8000);
  });

  it('says that a token that was given to it has ended', async () => {
    const client = await openWithToken({ ttl: '2s', explicit_max_ttl: '2s' });
    await read(client);
    await delay(3000);
    await expect(read(client)).rejects.toEqual(code('VAULT.LOGIN_FAILED'));
  });

  it('logs in again, once for all calls, after its token was revoked', async () => {
    const client = await openWithRole('revoked', { token_ttl: '1h' });
    const before = await accessorOf(client);
    await vault.operate('POST', 'auth/token/revoke-accessor', { accessor: before });
    const after = await Promise.all(Array.from({ length: 10 }, () => accessorOf(client)));
    expect(new Set(after).size).toBe(1);
    expect(after).not.toContain(before);
  });

  it('is refused with a role id that does not exist, and says what Vault says of a secret id that was destroyed', async () => {
    const { roleId, secretId } = await vault.makeRole('destroyed', { token_policies: ['reader'] });
    const openAs = (id: string) =>
      open({ method: 'approle', mount: 'approle', roleId: id, secretId: { text: secretId } });
    await expect(read(openAs('someone'))).rejects.toEqual(code('VAULT.LOGIN_FAILED'));
    await vault.operate('POST', 'auth/approle/role/destroyed/secret-id/destroy', { secret_id: secretId });
    // Vault 1.13 answers this with 500, as if it might pass; later ones with 400.
    await expect(read(openAs(roleId))).rejects.toThrow('Vault says: invalid secret id');
  });

  it.each([
    ['has no policy for', 'transit/keys/other', 'VAULT.FORBIDDEN'],
    ['is not mounted', 'nothing/there', 'VAULT.FORBIDDEN'],
  ])('is forbidden what %s', async (_, path, expected) => {
    const client = await openWithRole('forbidden', { token_ttl: '1h' });
    await expect(client.request('GET', path)).rejects.toEqual(code(expected));
    expect(at(await read(client), 'data', 'name')).toBe('atom');
  });

  it('does not find a key that does not exist', async () => {
    await vault.allow('all-keys', { 'transit/keys/*': ['read'] });
    const client = await openWithToken({ policies: ['all-keys'] });
    await expect(client.request('GET', 'transit/keys/missing')).rejects.toEqual(code('VAULT.NOT_FOUND'));
  });

  it('is refused what Vault cannot read', async () => {
    await vault.allow('signer', { 'transit/sign/*': ['update'] });
    const client = await openWithToken({ policies: ['signer'] });
    const odd = client.request('POST', 'transit/sign/atom/sha2-256', { input: 'not base64!', prehashed: true });
    await expect(odd).rejects.toEqual(code('VAULT.REFUSED'));
  });

  it('says that Vault is sealed, and reads again after it was unsealed', async () => {
    const client = await openWithRole('sealed', { token_ttl: '1h' });
    await read(client);
    await vault.seal();
    await expect(read(client)).rejects.toEqual(code('VAULT.SEALED'));
    await vault.unseal();
    expect(at(await read(client), 'data', 'name')).toBe('atom');
  });

  it('says that nobody answers', async () => {
    const other = await VaultServer.start(program);
    const gone = other.address;
    await other.stop();
    const auth: VaultAuth = { method: 'token', token: { text: 'x' } };
    const client = new VaultClient({ address: gone, auth }, { ...VAULT_TIMING, pauseMs: 10 });
    clients.push(client);
    await expect(read(client)).rejects.toEqual(code('VAULT.UNREACHABLE'));
  });
}
