import type { Run } from '../api.types.js';
import { type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { escapeLine } from '../output/escape.js';
import { runPath } from '../run.waiter.js';

/** Asks a run to stop. The step that is running ends first, so the answer may still say `running`. */
export async function cancel(context: CommandContext, runId: string): Promise<ExitCode> {
  const { output } = context;
  const { body } = await context.api().send<Run>(`${runPath(runId)}/cancel`, { method: 'POST' });
  await output.result(body, () => `run ${escapeLine(body.id)}: ${output.paint.state(escapeLine(body.state))}`);
  if (body.state !== 'cancelled') {
    output.progress(`Asked to stop; \`atomctl status ${escapeLine(body.id)}\` shows when it did.`);
  }
  return exitCodes.ok;
}
