import { loadConfig } from './platform/config/config.js';
import { migrate } from './platform/database/migrate.js';

/** Brings the database to the schema of this release, then ends. Safe to start many times at once. */
const config = loadConfig();
await migrate(config.DATABASE_URL, { queueSchema: config.queueBackend === 'postgres' });
process.stdout.write('The database has the schema of this release.\n');
