import type { INestApplication } from '@nestjs/common';

import { ConfigError } from '../config/config.js';

/** What a supervisor reads: 0 ended as asked, 1 failed, 2 the configuration is not usable. */
const EXIT = { ok: 0, failed: 1, misconfigured: 2 } as const;

/**
 * Runs one long-lived process until SIGTERM or SIGINT, then closes it: no new work, what is under way may end, connections
 * last. After `shutdownTimeoutMs` it ends anyway; runs that were cut off are taken up by another worker.
 */
export async function runProcess(
  start: () => Promise<INestApplication>,
  shutdownTimeoutMs: () => number,
): Promise<void> {
  let app: INestApplication | undefined;
  let closing = false;
  const shutdown = (): void => {
    if (closing) return;
    closing = true;
    const deadline = setTimeout(() => process.exit(EXIT.failed), shutdownTimeoutMs());
    deadline.unref();
    const closed = app?.close() ?? Promise.resolve();
    closed.then(
      () => process.exit(EXIT.ok),
      (error: unknown) => fail(error, EXIT.failed),
    );
  };
  process.on('SIGTERM', shutdown);
  process.on('SIGINT', shutdown);
  // Node would open its debugger for anyone who may send a signal.
  process.on('SIGUSR1', () => undefined);
  try {
    app = await start();
  } catch (error) {
    fail(error, error instanceof ConfigError ? EXIT.misconfigured : EXIT.failed);
  }
}

function fail(error: unknown, code: number): never {
  const text =
    error instanceof ConfigError
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(code);
}
