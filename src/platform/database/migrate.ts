import { runMigrations as migrateQueue } from 'bullmq';
import pg from 'pg';
import { DataSource } from 'typeorm';

import { dataSourceOptions } from './data-source.js';

/** Any constant of this application: the advisory lock that lets one migrator work at a time. */
const LOCK = 0x61746f6d;

export interface MigrateOptions {
  /** Also bring up the schema of BullMQ's PostgreSQL backend. */
  readonly queueSchema: boolean;
}

/**
 * Brings the database to the schema of this release; safe to call from many processes at once. TypeORM takes no lock of
 * its own, so two instances starting together would both create the same table and one would fail.
 */
export async function migrate(url: string, options: MigrateOptions): Promise<void> {
  const lock = new pg.Client({ connectionString: url, application_name: 'atom-migrate' });
  await lock.connect();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [LOCK]);
    if (options.queueSchema) await migrateQueue(lock);
    const dataSource = await new DataSource(dataSourceOptions({ url, applicationName: 'atom-migrate' })).initialize();
    try {
      await dataSource.runMigrations();
    } finally {
      await dataSource.destroy();
    }
  } finally {
    await lock.end(); // releases the lock
  }
}
