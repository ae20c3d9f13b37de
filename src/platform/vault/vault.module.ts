import { type DynamicModule, Module } from '@nestjs/common';

import { Config } from '../config/config.js';
import { VaultClient } from './vault.client.js';

/** One client for the whole process. Without VAULT_ADDR there is none: inject it with `optional: true` and expect undefined. */
@Module({})
export class VaultModule {
  static register(): DynamicModule {
    return {
      module: VaultModule,
      global: true,
      providers: [
        { provide: VaultClient, inject: [Config], useFactory: (config: Config) => VaultClient.fromConfig(config) },
      ],
      exports: [VaultClient],
    };
  }
}
