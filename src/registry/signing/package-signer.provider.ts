import type { FactoryProvider } from '@nestjs/common';

import { Config, ConfigError } from '../../platform/config/config.js';
import { VaultClient } from '../../platform/vault/vault.client.js';
import { withoutSlash } from '../../platform/vault/vault.settings.js';
import { PackageSigner } from './package-signer.js';
import { UnconfiguredPackageSigner } from './unconfigured.package-signer.js';
import { VaultPackageSigner } from './vault.package-signer.js';

/** Needs VaultModule. @throws ConfigError for a key without a Vault, so that nobody finds out at the first signature. */
export const packageSignerProvider: FactoryProvider<PackageSigner> = {
  provide: PackageSigner,
  inject: [Config, { token: VaultClient, optional: true }],
  useFactory: (config: Config, vault?: VaultClient) => {
    const { VAULT_TRANSIT_KEY: name, VAULT_TRANSIT_MOUNT: mount } = config;
    if (name === undefined) return new UnconfiguredPackageSigner();
    if (vault === undefined) throw new ConfigError('VAULT_TRANSIT_KEY names a key in Vault: set VAULT_ADDR as well.');
    return new VaultPackageSigner(vault, { mount: withoutSlash(mount), name });
  },
};
