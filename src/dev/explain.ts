import { ConfigError } from '../platform/config/config.js';
import { EmbeddedError } from '../platform/embedded/embedded.error.js';
import { DevRefusal } from './dev.options.js';

/** The message alone where it is written for the person at the terminal, else with the stack. */
export function explain(error: unknown): string {
  if (error instanceof DevRefusal || error instanceof ConfigError || error instanceof EmbeddedError) {
    return error.message;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
