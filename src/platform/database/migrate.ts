import {
  assertSchemaCompatibility,
  LATEST_SCHEMA_VERSION,
  runMigrations as migrateQueue,
  SchemaMigrationRequiredError,
} from 'bullmq';
import pg from 'pg';
import { DataSource } from 'typeorm';

import { dataSourceOptions } from './data-source.js';
import { migrations } from './migrations.js';

/** Any constant of this application: the advisory lock that lets one migrator work at a time. */
const LOCK = 0x61746f6d;

export interface MigrateOptions {
  /** Also the schema of BullMQ's PostgreSQL backend. */
  readonly queueSchema: boolean;
}

/**
 * Brings the database to the schema of this release; safe to call from many processes at once. TypeORM takes no lock of
 * its own, so two instances starting together would both create the same table and one would fail.
 */
export async function migrate(url: string, options: MigrateOptions): Promise<void> {
  const lock = new pg.Client({ connectionString: url, application_name: 'atom-migrate' });
  lock.on('error', () => undefined); // the server ended it: the next statement says so
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

/**
 * What the database lacks of the schema of this release, by name; empty when everything is there. Only looks: creates
 * nothing, takes no lock. A schema that a newer release has brought further counts as complete.
 */
export async function missingSchema(url: string, options: MigrateOptions): Promise<string[]> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'atom-migrate',
    connectionTimeoutMillis: 5000,
  });
  await client.connect();
  try {
    const applied = await appliedMigrations(client);
    const missing = migrations()
      .map((migration) => new migration().name ?? '')
      .filter((name) => !applied.has(name));
    return options.queueSchema && !(await hasQueueSchema(client)) ? [...missing, 'the schema of the queue'] : missing;
  } finally {
    await client.end();
  }
}

async function appliedMigrations(client: pg.Client): Promise<ReadonlySet<string>> {
  const table = await client.query<{ found: boolean }>("SELECT to_regclass('migrations') IS NOT NULL AS found");
  if (!table.rows[0]?.found) return new Set();
  const { rows } = await client.query<{ name: string }>('SELECT name FROM migrations');
  return new Set(rows.map((row) => row.name));
}

async function hasQueueSchema(client: pg.Client): Promise<boolean> {
  try {
    return (await assertSchemaCompatibility(client)) >= LATEST_SCHEMA_VERSION;
  } catch (error) {
    if (error instanceof SchemaMigrationRequiredError) return false;
    throw error;
  }
}
