import { randomBytes } from 'node:crypto';

import pg from 'pg';

const TEMPLATE = 'atom_template';
const TEMPLATE_LOCK = 0x61746f6d;

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/**
 * A database for one test file (about 50 ms): a copy of a template that the first caller of the run migrates,
 * or an empty one.
 */
export async function createDatabase(options: { migrated: boolean } = { migrated: true }): Promise<TestDatabase> {
  const name = `t_${randomBytes(6).toString('hex')}`;
  await withAdmin(async (admin) => {
    if (options.migrated) await ensureTemplate(admin);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${options.migrated ? TEMPLATE : 'template1'}`);
  });
  return {
    url: urlOf(name),
    drop: () => withAdmin((admin) => admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  };
}

async function ensureTemplate(admin: pg.Client): Promise<void> {
  await admin.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  try {
    const found = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [TEMPLATE]);
    if (found.rowCount !== 0) return;
    // Under another name until complete: a failed migration must fail every test file, not only the first.
    const draft = `${TEMPLATE}_draft`;
    await admin.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
    await admin.query(`CREATE DATABASE ${draft}`);
    const { migrate } = await import('../../src/platform/database/migrate.js');
    await migrate(urlOf(draft), { queueSchema: true });
    await admin.query(`ALTER DATABASE ${draft} RENAME TO ${TEMPLATE}`);
  } finally {
    await admin.query('SELECT pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
  }
}

async function withAdmin(use: (admin: pg.Client) => Promise<unknown>): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl() });
  await admin.connect();
  try {
    await use(admin);
  } finally {
    await admin.end();
  }
}

function urlOf(database: string): string {
  const url = new URL(adminUrl());
  url.pathname = `/${database}`;
  return url.toString();
}

function adminUrl(): string {
  const url = process.env['TEST_DATABASE_ADMIN_URL'];
  if (url === undefined) {
    throw new Error('No PostgreSQL: only *.int-spec.ts and *.e2e-spec.ts get one (jest.config.mjs).');
  }
  return url;
}
