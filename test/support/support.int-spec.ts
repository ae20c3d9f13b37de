import { afterAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { ChildProcesses } from './child-processes.js';
import { createDatabase } from './database.js';

describe('createDatabase', () => {
  it('copies the migrated template for every caller, apart from each other', async () => {
    const [one, two] = await Promise.all([createDatabase(), createDatabase()]);
    try {
      const tables = `SELECT count(*)::int AS n FROM pg_tables WHERE schemaname IN ('public', 'bullmq')`;
      const [first] = await query(one.url, tables);
      await query(one.url, 'CREATE TABLE only_here ()');
      expect(first?.['n']).toBeGreaterThan(1);
      expect(await query(two.url, tables)).toEqual([first]);
    } finally {
      await Promise.all([one.drop(), two.drop()]);
    }
  });
});

describe('ChildProcesses', () => {
  const processes = new ChildProcesses();
  afterAll(() => processes.stopAll());

  it('says what a program printed when it ended too early', async () => {
    const program = await processes.start('scripts/test.mjs', {}, ['--tier', 'none']);
    await expect(program.printed(/never said/)).rejects.toThrow('unknown tier');
    expect(await program.exited).toBe(2);
  });
});

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
