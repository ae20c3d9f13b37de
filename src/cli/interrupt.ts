import { CliError } from './cli.errors.js';

/**
 * Runs `work` so that Ctrl-C (or SIGTERM) ends it through its signal, and says `hints` then. A second Ctrl-C ends the process
 * as usual.
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
    if (!controller.signal.aborted) throw cause;
    throw new CliError('CLI.INTERRUPTED', 'interrupted', { hints, cause });
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
