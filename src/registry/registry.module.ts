import { type DynamicModule, Module } from '@nestjs/common';

import { PolicyModule } from '../policy/index.js';

/** What may ever be run: signed packages, by name and version, unchangeable. */
@Module({})
export class RegistryModule {
  /** The REST resource and the catalog. */
  static forApi(): DynamicModule {
    return { module: RegistryModule, imports: [PolicyModule] };
  }

  /** The catalog only. */
  static forWorker(): DynamicModule {
    return { module: RegistryModule };
  }
}
