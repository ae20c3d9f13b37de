import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';

import { Config } from '../config/config.js';
import { dataSourceOptions } from './data-source.js';
import { Database, QUERY_TIMEOUT_MS } from './database.js';
import { Notifications } from './notifications.js';

@Module({})
export class DatabaseModule {
  static register(applicationName: string): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      imports: [
        TypeOrmModule.forRootAsync({
          inject: [Config],
          useFactory: (config: Config) => ({
            ...dataSourceOptions({
              url: config.DATABASE_URL,
              applicationName,
              poolSize: 5,
              queryTimeoutMs: QUERY_TIMEOUT_MS,
            }),
            autoLoadEntities: true,
            retryAttempts: 10,
            retryDelay: 500,
          }),
        }),
      ],
      providers: [Database, Notifications],
      exports: [Database, Notifications],
    };
  }
}
