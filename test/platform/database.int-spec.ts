import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { loadConfig } from '../../src/platform/config/config.js';
import { Database, isDatabaseAway, type Transaction } from '../../src/platform/database/database.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { waitUntil } from '../support/wait-until.js';

const BACKEND = { name: 'test-backend', text: 'SELECT pg_backend_pid() AS pid' };
const END = { name: 'test-end', text: 'SELECT pg_terminate_backend($1)' };
const FIND = { name: 'test-find', text: 'SELECT pid FROM pg_stat_activity WHERE pid = $1' };
const ONE = { name: 'test-one', text: 'SELECT 1 AS one' };

describe(Database.name, () => {
  let at: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    at = await createDatabase({ migrated: false });
    database = new Database(loadConfig({ DATABASE_URL: at.url, DATABASE_POOL: '2' }));
  });

  afterAll(async () => {
    await database.onApplicationShutdown();
    await at.drop();
  });

  /** As a restart or a failover of the server does. */
  const endSession = async (transaction: Transaction): Promise<void> => {
    const [backend] = await transaction.query<{ pid: number }>(BACKEND, []);
    await database.query(END, [backend?.pid]);
    await waitUntil('the session has ended', async () => (await database.query(FIND, [backend?.pid])).length === 0);
  };

  it('fails a transaction whose connection is ended between two statements, and works on', async () => {
    const failed = database.transaction(async (transaction) => {
      await endSession(transaction);
      await transaction.query(ONE, []);
    });
    await expect(failed.catch(isDatabaseAway)).resolves.toBe(true);
    await expect(database.transaction((transaction) => transaction.query(ONE, []))).resolves.toEqual([{ one: 1 }]);
  });

  it('does not take for committed what was cut off before', async () => {
    await expect(database.transaction(endSession).catch(isDatabaseAway)).resolves.toBe(true);
  });
});

describe(isDatabaseAway.name, () => {
  const failure = (code: string): Error => Object.assign(new Error('failed'), { code });

  it.each([
    ['a deadlock', '40P01'],
    ['a serialization failure', '40001'],
    ['a server that became a standby', '25006'],
    ['a server that shuts down', '57P01'],
    ['too many connections', '53300'],
    ['a route that is gone', 'EHOSTUNREACH'],
  ])('is true for %s', (_what, code) => {
    expect(isDatabaseAway(failure(code))).toBe(true);
  });

  it.each(['23505', '22P05', '42601', '25P02'])('is false for %s, which asking again does not mend', (code) => {
    expect(isDatabaseAway(failure(code))).toBe(false);
  });
});
