import { CliError } from './cli.errors.js';

/**
 * Runs `work` so that Ctrl-C (or SIGTERM) ends it through its signal; a second Ctrl-C ends the process as usual. However the
 * work ends early, its error says `hints`: how to come back.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  hints: readonly string[],
): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    return await work(controller.signal);
  } catch (cause) {
    if (controller.signal.aborted) throw new CliError('CLI.INTERRUPTED', 'interrupted', { hints, cause });
    throw cause instanceof CliError ? cause.withHints(hints) : cause;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
