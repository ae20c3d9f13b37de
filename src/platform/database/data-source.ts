import type { DataSourceOptions } from 'typeorm';

import { migrations } from './migrations.js';
import { PooledClient } from './pooled-client.js';

export interface DatabaseOptions {
  readonly url: string;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  readonly poolSize?: number;
  /** How long a statement may take; for ever without it, as a migration may need. */
  readonly queryTimeoutMs?: number;
}

/** Never `synchronize`: the schema changes by `migrations/` only. */
export function dataSourceOptions(options: DatabaseOptions): DataSourceOptions {
  const { queryTimeoutMs } = options;
  return {
    type: 'postgres',
    url: options.url,
    applicationName: options.applicationName,
    poolSize: options.poolSize ?? 10,
    connectTimeoutMS: 5000,
    migrations: migrations(),
    migrationsRun: false,
    migrationsTransactionMode: 'each',
    synchronize: false,
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    extra: {
      Client: PooledClient,
      keepAlive: true,
      ...(queryTimeoutMs !== undefined && { query_timeout: queryTimeoutMs }),
    },
  };
}
