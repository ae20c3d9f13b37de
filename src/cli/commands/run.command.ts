import { type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { escapeLine } from '../output/escape.js';
import { followRun, type StartOptions, startRun } from '../run.starter.js';
import { parseReference } from '../workflow.reference.js';
import { showRun } from './status.command.js';

export interface RunOptions extends StartOptions {
  readonly wait?: boolean;
}

/** Starts a run; with --wait follows it to its end, and exit 0 means that it succeeded. */
export async function run(context: CommandContext, reference: string, options: RunOptions): Promise<ExitCode> {
  const { output } = context;
  const started = await startRun(context, '/v1/runs', parseReference(reference), options);
  if (options.wait) {
    const ended = await followRun(context, started, () => showRun(context, started.id));
    return ended.state === 'succeeded' ? exitCodes.ok : exitCodes.failed;
  }
  const id = escapeLine(started.id);
  await output.result(started, () => `run ${id}: ${output.paint.state(escapeLine(started.state))}`);
  output.progress(`Follow it with \`atomctl logs --follow ${id}\`, see it with \`atomctl status ${id}\`.`);
  return exitCodes.ok;
}
