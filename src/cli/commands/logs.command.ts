import type { LogLine, Run } from '../api.types.js';
import { isOver } from '../api.types.js';
import { CliError, type ExitCode, exitCodes } from '../cli.errors.js';
import type { CommandContext } from '../context.js';
import { followEvents } from '../event.stream.js';
import { interruptible } from '../interrupt.js';
import { eventData, logText, runPath } from '../run.waiter.js';

export interface LogsOptions {
  readonly follow?: boolean;
}

// The API streams what is stored at once; when nothing came for this long, that was all of it.
const quietMs = 1_000;

/** Prints log lines on stdout: until the run ends when following or when it is over, else what there is now. */
export async function logs(context: CommandContext, runId: string, options: LogsOptions): Promise<ExitCode> {
  const { state } = await context.api().get<Run>(runPath(runId));
  if (options.follow) await follow(context, runId);
  else await printStored(context, runId, isOver(state));
  return exitCodes.ok;
}

async function follow(context: CommandContext, runId: string): Promise<void> {
  const { output } = context;
  await interruptible(
    async (signal) => {
      for await (const { item, text } of readLogs(context, runId, signal)) await output.item(item, () => text);
    },
    [`The run goes on; come back with \`atomctl logs --follow ${runId}\`.`],
  );
}

async function printStored(context: CommandContext, runId: string, over: boolean): Promise<void> {
  const { output } = context;
  const quiet = new AbortController();
  const items: LogLine[] = [];
  const lines: string[] = [];
  const startTimer = (): NodeJS.Timeout | undefined => (over ? undefined : setTimeout(() => quiet.abort(), quietMs));
  let timer = startTimer();
  try {
    for await (const { item, text } of readLogs(context, runId, quiet.signal)) {
      clearTimeout(timer);
      items.push(item);
      lines.push(text);
      timer = startTimer();
    }
  } catch (error) {
    if (!(quiet.signal.aborted && error instanceof CliError)) throw error;
    output.progress('The run is not over; --follow shows what comes.');
  } finally {
    clearTimeout(timer);
  }
  if (output.format !== 'table' || lines.length > 0) await output.result({ items }, () => lines.join('\n'));
}

async function* readLogs(
  context: CommandContext,
  runId: string,
  signal: AbortSignal,
): AsyncGenerator<{ item: LogLine; text: string }> {
  const api = context.api();
  const over = async (): Promise<boolean> => isOver((await api.get<Run>(runPath(runId))).state);
  for await (const message of followEvents(api, `${runPath(runId)}/logs`, { signal, isOver: over })) {
    const text = logText(message);
    if (text !== undefined) yield { item: eventData(message.data) as LogLine, text };
  }
}
