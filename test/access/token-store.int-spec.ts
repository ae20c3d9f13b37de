import { afterAll } from '@jest/globals';

import { TokenEntity } from '../../src/access/tokens/token.entity.js';
import { PostgresTokenStore } from '../../src/access/tokens/token.store.postgres.js';
import { loadConfig } from '../../src/platform/config/config.js';
import { Database } from '../../src/platform/database/database.js';
import { tokenStoreContract } from '../contracts/token-store.contract.js';
import { openDataSource } from '../support/data-source.js';

let close: (() => Promise<void>) | undefined;

afterAll(() => close?.());

tokenStoreContract('PostgreSQL', async () => {
  const opened = await openDataSource([TokenEntity]);
  const { url } = opened.dataSource.options as { url: string };
  const database = new Database(loadConfig({ DATABASE_URL: url }));
  close = async () => {
    await database.onApplicationShutdown();
    await opened.close();
  };
  const sql = `UPDATE api_token SET expires_at = expires_at - $1::float * interval '1 day'`;
  return {
    store: new PostgresTokenStore(opened.dataSource.getRepository(TokenEntity), database),
    pass: async (days) => {
      await opened.dataSource.query(sql, [days]);
    },
  };
});
