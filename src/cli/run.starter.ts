import { randomUUID } from 'node:crypto';

import type { Run } from './api.types.js';
import { CliError } from './cli.errors.js';
import type { CommandContext } from './context.js';
import { interruptible } from './interrupt.js';
import { escapeLine } from './output/escape.js';
import { readInputs } from './run.inputs.js';
import { waitForRun } from './run.waiter.js';

/** What every command that starts a run takes. */
export interface StartOptions {
  readonly input?: readonly string[];
  readonly inputFile?: string;
  readonly idempotencyKey?: string;
}

/** Posts `body` and the inputs to `path`, under the key that was given or a new one. */
export async function startRun(
  context: CommandContext,
  path: string,
  body: object,
  options: StartOptions,
): Promise<Run> {
  const inputs = await readInputs(options.inputFile, options.input ?? []);
  const key = options.idempotencyKey ?? randomUUID();
  const request = { method: 'POST', headers: { 'idempotency-key': key }, json: { ...body, inputs } } as const;
  const answer = await context
    .api()
    .send<Run>(path, request)
    .catch((error: unknown) => {
      if (!(error instanceof CliError) || error.code !== 'CLI.UNREACHABLE') throw error;
      // The request may have arrived. The same key makes repeating it safe.
      throw error.withHints([`To try again without starting a second run, add --idempotency-key ${key}`]);
    });
  if (answer.headers.get('idempotent-replayed') === 'true') {
    context.output.progress('This key has started a run before; this is that run.');
  }
  return answer.body;
}

/** Follows the run to its end and then shows it; Ctrl-C ends the following only, and says how to come back. */
export function followRun<T>(context: CommandContext, run: Run, show: () => Promise<T>): Promise<T> {
  const { id, workflow, version, state, dryRun } = run;
  const kind = dryRun ? 'dry-run' : 'run';
  context.output.progress(escapeLine(`${kind} ${id}: ${workflow}@${version} ${state}`));
  return interruptible(
    async (signal) => {
      await waitForRun(context, id, signal);
      return show();
    },
    [
      `The ${kind} goes on without atomctl:`,
      ...['logs --follow', 'status', 'cancel'].map((verb) => `atomctl ${verb} ${id}`),
    ],
  );
}
