import { afterAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';

import { ChildProcesses, type ChildProgram } from '../support/child-processes.js';
import { createDatabase, type TestDatabase } from '../support/database.js';

const PROGRAM = 'dist/migrate.js';

// Whole processes, on a machine that does other things too.
jest.setTimeout(60_000);

describe(PROGRAM, () => {
  const processes = new ChildProcesses();
  const databases: TestDatabase[] = [];
  let url: string;

  beforeEach(async () => {
    const database = await createDatabase({ migrated: false });
    databases.push(database);
    url = database.url;
  });

  afterAll(async () => {
    await processes.stopAll();
    await Promise.all(databases.map((database) => database.drop()));
  });

  function run(args: readonly string[], env: Record<string, string> = {}): Promise<ChildProgram> {
    return processes.start(PROGRAM, { DATABASE_URL: url, QUEUE_BACKEND: 'postgres', ...env }, args);
  }

  async function tables(): Promise<number> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      const { rows } = await client.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM pg_tables WHERE schemaname IN ('public', 'bullmq')`,
      );
      return rows[0]?.n ?? NaN;
    } finally {
      await client.end();
    }
  }

  it('with --check refuses an empty database, says what is missing, and creates nothing', async () => {
    const check = await run(['--check']);
    expect(await check.exited).toBe(1);
    expect(check.output).toMatch(/lacks: .*create-registry-\d+, .*the schema of the queue/);
    expect(await tables()).toBe(0);
  });

  it('with --check accepts what it has brought up itself', async () => {
    expect(await (await run([])).exited).toBe(0);
    expect(await (await run(['--check'])).exited).toBe(0);
  });

  it('with --check sees that only the schema of the queue is missing', async () => {
    expect(await (await run([], { QUEUE_BACKEND: 'redis' })).exited).toBe(0);
    expect(await (await run(['--check'], { QUEUE_BACKEND: 'redis' })).exited).toBe(0);
    const check = await run(['--check']);
    expect(await check.exited).toBe(1);
    expect(check.output).toContain('it lacks: the schema of the queue.');
  });

  it('with --check --wait goes on when another process has brought the schema', async () => {
    const waiting = await run(['--check', '--wait', '60']);
    await waiting.printed(/Waiting/);
    expect(await (await run([])).exited).toBe(0);
    expect(await waiting.exited).toBe(0);
  });

  it('with --wait does not ask again when the database refuses', async () => {
    const wrong = await run(['--wait', '600'], { DATABASE_URL: url.replace(/\/t_/, '/absent_') });
    expect(await wrong.exited).toBe(1);
  });

  it('with --wait tries a database that does not answer until the time is over', async () => {
    const absent = await run(['--wait', '2'], { DATABASE_URL: 'postgres://atom@127.0.0.1:1/atom' });
    await absent.printed(/ECONNREFUSED.* Waiting/);
    expect(await absent.exited).toBe(1);
  });

  it('ends at once on SIGTERM while it waits', async () => {
    const waiting = await run(['--check', '--wait', '600']);
    await waiting.printed(/Waiting/);
    expect(await waiting.stop()).toBe(143);
  });

  it.each([[['--wait']], [['--wait', 'soon']], [['--force']]])(
    'refuses the arguments %j with the usage',
    async (args) => {
      const refused = await run(args);
      expect(await refused.exited).toBe(2);
      expect(refused.output).toContain('usage: node dist/migrate.js');
    },
  );

  it('ends with 2 when DATABASE_URL is missing', async () => {
    expect(await (await run([], { DATABASE_URL: '' })).exited).toBe(2);
  });
});
