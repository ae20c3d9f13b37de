import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';

import { Config } from '../config/config.js';
import { PooledClient } from './pooled-client.js';

/** A statement with a name is parsed and planned once per connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/**
 * A plan that was cached while a table was empty is a sequential scan until the next ANALYZE. Every statement that runs
 * here finds its rows by key, so these sessions plan for keys from the start.
 */
const SESSION = '-c enable_seqscan=off -c plan_cache_mode=force_generic_plan';

export const QUERY_TIMEOUT_MS = 15_000;

/** Raw SQL for the hot statements that an ORM would slow down; everything else goes through TypeORM. */
@Injectable()
export class Database implements OnApplicationShutdown {
  private readonly pool: pg.Pool;

  constructor(config: Config) {
    this.pool = new pg.Pool({
      Client: PooledClient,
      connectionString: config.DATABASE_URL,
      max: config.DATABASE_POOL,
      application_name: 'atom-hot',
      connectionTimeoutMillis: 5000,
      // A server that is cut off without a word must not hold a statement for ever; its connection is then replaced.
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
      options: SESSION,
    });
    // An idle connection that breaks is replaced at the next use; without a listener it would end the process.
    this.pool.on('error', () => undefined);
  }

  async query<Row extends pg.QueryResultRow>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    const result = await this.pool.query<Row>({ ...statement, values: [...values] });
    return result.rows;
  }

  /** Commits what `work` did when it is done, and takes all of it back when it throws. */
  async transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    const client = await this.pool.connect();
    let broken = false;
    try {
      await client.query('BEGIN');
      const result = await work(new ClientTransaction(client));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      // A connection that cannot even roll back is not given back to the pool: the server ends its transaction.
      await client.query('ROLLBACK').catch(() => (broken = true));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}

/** Statements that become durable together. */
export interface Transaction {
  query<Row extends pg.QueryResultRow>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
}

class ClientTransaction implements Transaction {
  constructor(private readonly client: pg.PoolClient) {}

  async query<Row extends pg.QueryResultRow>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    const result = await this.client.query<Row>({ ...statement, values: [...values] });
    return result.rows;
  }
}

/** SQLSTATE of an error of the driver, such as `23505`; undefined for anything else. */
export function sqlState(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Name of the violated constraint, where the error has one. */
export function violatedConstraint(error: unknown): string | undefined {
  const constraint = error instanceof Error && 'constraint' in error ? error.constraint : undefined;
  return typeof constraint === 'string' ? constraint : undefined;
}

const AWAY = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'],
]);
/** SQLSTATE: connection lost, rolled back for the sake of others, a standby, no resources, shutting down. */
const AWAY_STATE = /^(08...|40...|25006|53...|57P..)$/;
/** What the driver says without a code. */
const AWAY_WORDS =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error)/;

/** The database does not answer or does not take the statement now: asking again later may help. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return AWAY.has(code) || AWAY_STATE.test(code) || AWAY_WORDS.test(error.message);
}

/** The data or the statement is at fault: sending it again cannot help. Anything else may be the connection or the server. */
export function isStatementAtFault(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && /^(0A|22|23|42|54)/.test(state);
}
