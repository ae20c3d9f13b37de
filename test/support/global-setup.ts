import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { startEmbeddedPostgres } from '../../src/platform/embedded/embedded-postgres.ts';
import { redisServerVersion, startRedis } from './redis.ts';

// Loaded by Node's own type stripping: erasable syntax only, imports name the .ts file.

declare global {
  var stopRealParts: (() => Promise<void>) | undefined;
}

/** One PostgreSQL, and one Redis where there is one, for the whole run. Test files reach them through test/support. */
export default async function globalSetup(): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'atom-test-'));
  await chmod(folder, 0o755); // as root the server runs under another account, which has to pass
  const database = await startEmbeddedPostgres({ stateDir: folder, database: 'admin', durable: false });
  process.env['TEST_DATABASE_ADMIN_URL'] = database.url;

  const given = process.env['REDIS_URL'];
  const version = given === undefined ? await redisServerVersion() : undefined;
  const redis = version === undefined ? undefined : await startRedis();
  const url = given ?? redis?.url;
  if (url !== undefined) process.env['TEST_REDIS_URL'] = url.replace(/\/\d*$/, '');

  const report = process.env['ATOM_TEST_PARTS_FILE']; // scripts/test.mjs says at the end what was there
  if (report !== undefined) {
    const found = given === undefined ? version && `Redis ${version}` : 'Redis at REDIS_URL';
    await writeFile(report, JSON.stringify({ postgres: 'PostgreSQL 18.4 (embedded)', redis: found ?? null }));
  }
  globalThis.stopRealParts = async () => {
    await redis?.stop();
    await database.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
