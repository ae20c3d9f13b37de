import { randomUUID } from 'node:crypto';

import type { ApiAnswer } from '../api.client.js';
import type { Run } from '../api.types.js';
import { CliError, type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { interruptible } from '../interrupt.js';
import { escapeLine } from '../output/escape.js';
import { readInputs } from '../run.inputs.js';
import { waitForRun } from '../run.waiter.js';
import { showRun } from './status.command.js';

export interface RunOptions {
  readonly input?: readonly string[];
  readonly inputFile?: string;
  readonly idempotencyKey?: string;
  readonly wait?: boolean;
}

/** Starts a run; with --wait follows it to its end, and exit 0 means that it succeeded. */
export async function run(context: CommandContext, reference: string, options: RunOptions): Promise<ExitCode> {
  const { output } = context;
  const { workflow, version } = parseReference(reference);
  const inputs = await readInputs(options.inputFile, options.input ?? []);
  const key = options.idempotencyKey ?? randomUUID();
  const { body, headers } = await start(context, { workflow, ...(version !== undefined && { version }), inputs }, key);
  if (headers.get('idempotent-replayed') === 'true') {
    output.progress('This key has started a run before; this is that run.');
  }
  if (!options.wait) {
    await output.result(body, () => `run ${escapeLine(body.id)}: ${output.paint.state(escapeLine(body.state))}`);
    output.progress(
      `Follow it with \`atomctl logs --follow ${escapeLine(body.id)}\`, see it with \`atomctl status ${escapeLine(body.id)}\`.`,
    );
    return exitCodes.ok;
  }
  output.progress(`run ${escapeLine(body.id)}: ${escapeLine(`${body.workflow}@${body.version} ${body.state}`)}`);
  const ended = await interruptible(
    async (signal) => {
      await waitForRun(context, body.id, signal);
      return showRun(context, body.id);
    },
    [
      'The run goes on without atomctl:',
      ...['logs --follow', 'status', 'cancel'].map((verb) => `atomctl ${verb} ${body.id}`),
    ],
  );
  return ended.state === 'succeeded' ? exitCodes.ok : exitCodes.failed;
}

async function start(context: CommandContext, json: unknown, key: string): Promise<ApiAnswer<Run>> {
  try {
    return await context.api().send<Run>('/v1/runs', { method: 'POST', headers: { 'idempotency-key': key }, json });
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'CLI.UNREACHABLE') throw error;
    // The request may have arrived. The same key makes repeating it safe.
    throw error.withHints([`To try again without starting a second run, add --idempotency-key ${key}`]);
  }
}

/** `NAME` or `NAME@VERSION`. */
export function parseReference(reference: string): { workflow: string; version?: string } {
  const [workflow = '', version, ...more] = reference.split('@');
  if (workflow === '' || version === '' || more.length > 0) {
    throw new CliError('CLI.USAGE', `'${reference}' is neither NAME nor NAME@VERSION`);
  }
  return version === undefined ? { workflow } : { workflow, version };
}
