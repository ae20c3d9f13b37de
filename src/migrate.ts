import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { ConfigError, loadConfig } from './platform/config/config.js';
import { migrate, type MigrateOptions, missingSchema } from './platform/database/migrate.js';

const USAGE = 'usage: node dist/migrate.js [--check] [--wait SECONDS]';

/** What a supervisor reads: 0 the schema is in place, 1 it is not, 2 the call or the configuration is not usable. */
const EXIT = { ok: 0, failed: 1, misused: 2 } as const;
const BETWEEN_TRIES_MS = 1000;

class UsageError extends Error {}

/**
 * Brings the database to the schema of this release, then ends. Safe to start many times at once.
 * `--check` only looks whether it is there. `--wait` tries again for so many seconds: while the database does not answer
 * and, with `--check`, while another process has the schema still to bring.
 */
async function main(): Promise<void> {
  const { check, waitMs } = readArguments();
  const config = loadConfig();
  const options: MigrateOptions = { queueSchema: config.queueBackend === 'postgres' };
  const once = check ? checkSchema : migrate;
  await withPatience(waitMs, () => once(config.DATABASE_URL, options));
  process.stdout.write('The database has the schema of this release.\n');
}

function readArguments(): { check: boolean; waitMs: number } {
  try {
    const { values } = parseArgs({
      options: { check: { type: 'boolean', default: false }, wait: { type: 'string', default: '0' } },
    });
    if (!/^\d{1,5}$/.test(values.wait)) throw new Error('--wait takes a number of seconds, such as 300.');
    return { check: values.check, waitMs: Number(values.wait) * 1000 };
  } catch (cause) {
    throw new UsageError(`${messageOf(cause)}\n${USAGE}`, { cause });
  }
}

async function checkSchema(url: string, options: MigrateOptions): Promise<void> {
  const missing = await missingSchema(url, options);
  if (missing.length === 0) return;
  throw new Error(`The database has not the schema of this release, it lacks: ${missing.join(', ')}.`);
}

async function withPatience(waitMs: number, attempt: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + waitMs;
  let said = '';
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() + BETWEEN_TRIES_MS > deadline || isRefusal(error)) throw error;
      const message = messageOf(error);
      if (message !== said) process.stderr.write(`${message} Waiting ...\n`);
      said = message;
    }
    await delay(BETWEEN_TRIES_MS);
  }
}

/**
 * The database answered, with a no that a second question does not change: a wrong password, a statement that fails.
 * Starting up (57P), losing the connection (08) and having no connection free (53) pass by themselves.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
function isRefusal(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/.test(code) && !/^(57P|08|53)/.test(code);
}

/** An AggregateError (localhost with two addresses) has no message of its own. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(' ');
  return error instanceof Error ? error.message : String(error);
}

// As the first process of a container no signal has a default action. What a transaction had not committed is undone.
process.once('SIGTERM', () => {
  process.exit(143);
});
process.once('SIGINT', () => {
  process.exit(130);
});

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = error instanceof UsageError || error instanceof ConfigError ? EXIT.misused : EXIT.failed;
});
