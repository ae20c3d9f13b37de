import type { Command } from 'commander';

import type { ExitCode } from './cli.errors.js';
import type { CommandContext } from './context.js';

/** Runs one command when commander has parsed its line. The exit code is the answer of the command, or that of its error. */
export type Execute = (command: Command, work: (context: CommandContext) => Promise<ExitCode>) => Promise<void>;
