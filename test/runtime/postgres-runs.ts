import { type Config, loadConfig } from '../../src/platform/config/config.js';
import { Database } from '../../src/platform/database/database.js';
import { PostgresRunJournal } from '../../src/runtime/execution/run-journal.store.postgres.js';
import { RunEntity, RunEventEntity, RunStepEntity } from '../../src/runtime/runs/run.entity.js';
import { PostgresRunStore } from '../../src/runtime/runs/run.store.postgres.js';
import { openDataSource, type TestDataSource } from '../support/data-source.js';
import { LEASE_MS, type RunsSubject } from './runs.subject.js';

export interface PostgresRuns extends RunsSubject {
  readonly otherStore: PostgresRunStore;
  readonly source: TestDataSource['dataSource'];
  readonly config: Config;
  query<Row>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** The stores on PostgreSQL, on a database of their own; two workers with a pool each. */
export async function postgresRuns(): Promise<PostgresRuns> {
  const opened = await openDataSource([RunEntity, RunStepEntity, RunEventEntity]);
  const { dataSource } = opened;
  const { url } = dataSource.options as { url: string };
  const config = loadConfig({ DATABASE_URL: url, DATABASE_POOL: '4', RUN_LEASE_MS: String(LEASE_MS) });
  const databases = [new Database(config), new Database(config)] as const;
  const storeOn = (database: Database): PostgresRunStore =>
    new PostgresRunStore(
      dataSource.getRepository(RunEntity),
      dataSource.getRepository(RunStepEntity),
      dataSource.getRepository(RunEventEntity),
      database,
    );
  const query = <Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
    dataSource.query<Row[]>(sql, [...values]);
  return {
    ...{ source: dataSource, config, query },
    store: storeOn(databases[0]),
    otherStore: storeOn(databases[1]),
    journal: new PostgresRunJournal(databases[0], config),
    otherJournal: new PostgresRunJournal(databases[1], config),
    pass: async (ms) => {
      const times = ['lease_until', 'enqueued_at', 'queue_deadline', 'started_at', 'created_at'];
      const earlier = times.map((time) => `${time} = ${time} - $1::float * interval '1 millisecond'`);
      await query(`UPDATE run SET ${earlier.join(', ')}`, [ms]);
    },
    close: async () => {
      await Promise.all(databases.map((database) => database.onApplicationShutdown()));
      await opened.close();
    },
  };
}
