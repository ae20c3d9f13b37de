import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterEach, describe, expect, it } from '@jest/globals';
import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

import { ConfigError, loadConfig } from '../../src/platform/config/config.js';
import { ConfigModule } from '../../src/platform/config/config.module.js';
import { VaultClient } from '../../src/platform/vault/vault.client.js';
import { VaultModule } from '../../src/platform/vault/vault.module.js';
import { vaultSettings } from '../../src/platform/vault/vault.settings.js';
import { PackageSigner } from '../../src/registry/signing/package-signer.js';
import { packageSignerProvider } from '../../src/registry/signing/package-signer.provider.js';
import { VaultPackageSigner } from '../../src/registry/signing/vault.package-signer.js';

@Module({})
class TestModule {}

const configOf = (env: Record<string, string>) =>
  loadConfig({ DATABASE_URL: 'postgres://atom@127.0.0.1:5432/atom', ...env });
const address = { VAULT_ADDR: 'https://vault.example:8200/' };
const role = { ...address, VAULT_ROLE_ID: 'role' };

describe('the settings of Vault', () => {
  it.each<[Record<string, string>, object]>([
    [{}, { method: 'none' }],
    [{ VAULT_TOKEN: 't' }, { method: 'token', token: { text: 't' } }],
    [{ VAULT_TOKEN_FILE: '/t' }, { method: 'token', token: { file: '/t' } }],
    [
      { VAULT_ROLE_ID: 'r', VAULT_SECRET_ID: 's' },
      { method: 'approle', mount: 'approle', roleId: 'r', secretId: { text: 's' } },
    ],
    [
      { VAULT_ROLE_ID: 'r', VAULT_SECRET_ID_FILE: '/s', VAULT_AUTH_MOUNT: 'teams/approle/' },
      { method: 'approle', mount: 'teams/approle', roleId: 'r', secretId: { file: '/s' } },
    ],
    [
      { VAULT_KUBERNETES_ROLE: 'r' },
      {
        method: 'kubernetes',
        mount: 'kubernetes',
        role: 'r',
        jwt: { file: '/var/run/secrets/kubernetes.io/serviceaccount/token' },
      },
    ],
  ])('make a login of %j', (env, auth) => {
    expect(vaultSettings(configOf({ ...address, ...env }))).toEqual({ address: 'https://vault.example:8200', auth });
  });

  it('hold the text of the authorities and the namespace', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'atom-vault-'));
    const file = path.join(folder, 'ca.pem');
    await writeFile(file, 'PEM');
    const env = { ...address, VAULT_TOKEN: 't', VAULT_CACERT: file, VAULT_NAMESPACE: 'admin/' };
    expect(vaultSettings(configOf(env))).toMatchObject({ ca: 'PEM', namespace: 'admin' });
    await rm(folder, { recursive: true });
  });

  it.each<[string, Record<string, string>]>([
    ['VAULT_TOKEN and VAULT_KUBERNETES_ROLE', { ...address, VAULT_TOKEN: 't', VAULT_KUBERNETES_ROLE: 'r' }],
    ['VAULT_SECRET_ID', role],
    ['VAULT_SECRET_ID', { ...role, VAULT_SECRET_ID: 's', VAULT_SECRET_ID_FILE: '/s' }],
    ['VAULT_CACERT', { ...address, VAULT_TOKEN: 't', VAULT_CACERT: '/nonexistent' }],
  ])('are refused in words about %s when they are not complete', (named, env) => {
    expect(() => vaultSettings(configOf(env))).toThrow(ConfigError);
    expect(() => vaultSettings(configOf(env))).toThrow(named);
  });
});

describe('in a process', () => {
  let app: INestApplicationContext | undefined;
  afterEach(async () => {
    await app?.close();
    app = undefined;
  });

  async function boot(env: Record<string, string>): Promise<INestApplicationContext> {
    const imports = [ConfigModule.register(configOf(env)), VaultModule.register()];
    const module = { module: TestModule, imports, providers: [packageSignerProvider] };
    app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
    return app;
  }

  it('without any of it there is no client, and signing says which variables to set', async () => {
    const started = await boot({});
    expect(started.get(VaultClient)).toBeUndefined();
    const signed = started.get(PackageSigner).sign(Buffer.from('package'));
    await expect(signed).rejects.toMatchObject({ code: 'signing-not-configured' });
    await expect(signed).rejects.toThrow(/VAULT_ADDR.*VAULT_TRANSIT_KEY/);
  });

  it('a Vault without a key does not sign', async () => {
    const started = await boot({ ...address, VAULT_TOKEN: 't' });
    expect(started.get(VaultClient)).toBeInstanceOf(VaultClient);
    const signed = started.get(PackageSigner).sign(Buffer.from('package'));
    await expect(signed).rejects.toMatchObject({ code: 'signing-not-configured' });
  });

  it('a Vault without a way to log in starts, and signing says which variables to set', async () => {
    const started = await boot({ ...address, VAULT_TRANSIT_KEY: 'atom' });
    const signed = started.get(PackageSigner).sign(Buffer.from('package'));
    await expect(signed).rejects.toMatchObject({ code: 'signing-not-configured' });
    await expect(signed).rejects.toThrow(/VAULT_TOKEN.*VAULT_ROLE_ID.*VAULT_KUBERNETES_ROLE/);
  });

  it('a Vault with a key signs', async () => {
    const started = await boot({ ...address, VAULT_TOKEN: 't', VAULT_TRANSIT_KEY: 'atom' });
    expect(started.get(PackageSigner)).toBeInstanceOf(VaultPackageSigner);
  });

  it('a key without a Vault does not start', async () => {
    await expect(boot({ VAULT_TRANSIT_KEY: 'atom' })).rejects.toThrow('VAULT_ADDR');
  });
});
