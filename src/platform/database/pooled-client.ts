import pg from 'pg';

/**
 * A connection for a pool. pg-pool listens to a connection only while it lies idle: one that the server ends while somebody
 * has it, or in the packet that opened it, is an `error` that nobody hears, and Node ends the process for it. Whoever has the
 * connection learns of it from the next statement, which fails.
 */
export class PooledClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}
