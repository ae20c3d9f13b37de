import { DataSource, type EntitySchema } from 'typeorm';

import { dataSourceOptions } from '../../src/platform/database/data-source.js';
import { createDatabase } from './database.js';

export interface TestDataSource {
  readonly url: string;
  readonly dataSource: DataSource;
  close(): Promise<void>;
}

/** TypeORM on a database of its own, migrated, without Nest. */
export async function openDataSource(
  entities: readonly (abstract new () => object)[],
  migrated = true,
): Promise<TestDataSource> {
  const database = await createDatabase({ migrated });
  const options = dataSourceOptions({ url: database.url, applicationName: 'atom-test', poolSize: 4 });
  const dataSource = await new DataSource({ ...options, entities: entities as unknown as EntitySchema[] }).initialize();
  const close = async (): Promise<void> => {
    await dataSource.destroy();
    await database.drop();
  };
  return { url: database.url, dataSource, close };
}
