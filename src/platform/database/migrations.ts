import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = /^(\d{13})-([a-z0-9-]+)\.up\.sql$/;

/** `migrations/` lies beside `src/` and beside `dist/`, at the same distance from this file in both. */
const FOLDER = fileURLToPath(new URL('../../../migrations/', import.meta.url));

type MigrationClass = new () => MigrationInterface;

/**
 * The schema changes of `migrations/`, as TypeORM wants them. A file, once released, is never edited; its name is
 * `<milliseconds>-<what-it-does>.up.sql` and a `.down.sql` beside it takes it back.
 */
export function migrations(folder = FOLDER): MigrationClass[] {
  return readdirSync(folder)
    .filter((file) => UP.test(file))
    .sort()
    .map((file) => toMigration(folder, file));
}

function toMigration(folder: string, file: string): MigrationClass {
  const [, timestamp = '', what = ''] = UP.exec(file) ?? [];
  const sql = (name: string): string => readFileSync(path.join(folder, name), 'utf8');
  return class implements MigrationInterface {
    /** TypeORM reads the order from the timestamp at the name's end. */
    readonly name = `${what}-${timestamp}`;
    async up(runner: QueryRunner): Promise<void> {
      await runner.query(sql(file));
    }
    async down(runner: QueryRunner): Promise<void> {
      await runner.query(sql(file.replace('.up.sql', '.down.sql')));
    }
  };
}
