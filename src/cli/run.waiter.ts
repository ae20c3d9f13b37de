import type { LogLine, Run, RunEvent, StepEvent } from './api.types.js';
import { isOver } from './api.types.js';
import { CliError } from './cli.errors.js';
import type { CommandContext } from './context.js';
import { followEvents } from './event.stream.js';
import { escapeLine } from './output/escape.js';
import type { Paint } from './output/paint.js';
import { reasonLine } from './run.view.js';
import type { SseMessage } from './sse.parser.js';

/** Follows a run to its end, telling steps and log lines on stderr. `signal` ends the waiting only, never the run. */
export async function waitForRun(context: CommandContext, runId: string, signal: AbortSignal): Promise<void> {
  const { output } = context;
  const api = context.api();
  const options = {
    signal,
    isOver: async () => isOver((await api.get<Run>(runPath(runId))).state),
    onInterrupted: (error: CliError | undefined) => {
      if (error) output.warn(`${error.message}; coming back, the run goes on`);
    },
  };
  for await (const message of followEvents(api, `${runPath(runId)}/events`, options)) {
    const text = describe(message, output.paintProgress);
    if (text !== undefined) output.progress(text);
  }
}

export function runPath(runId: string): string {
  return `/v1/runs/${encodeURIComponent(runId)}`;
}

/** `step | line` of a log event; undefined for events of another kind. */
export function logText({ event, data }: SseMessage): string | undefined {
  if (event !== 'log') return undefined;
  const { step, line } = eventData(data) as LogLine;
  return `${escapeLine(step)} | ${escapeLine(line)}`;
}

/** The object that an event carries. */
export function eventData(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch (cause) {
    throw new CliError('CLI.UNREACHABLE', 'the event stream is not one of Atom: its data is not JSON', { cause });
  }
}

/** One line about a step, the run, or what a step wrote; undefined for events that a newer server may add. */
function describe(message: SseMessage, paint: Paint): string | undefined {
  const { event, data } = message;
  const log = logText(message);
  if (log !== undefined) return paint.text('dim', `  ${log}`);
  if (event !== 'step' && event !== 'run') return undefined;
  const { state, reason, error, step, attempt = 1, retryInMs } = eventData(data) as RunEvent & Partial<StepEvent>;
  const why = error ?? reason;
  return [
    event === 'step' ? `step ${escapeLine(step ?? '')}:` : 'run:',
    paint.state(escapeLine(state)),
    ...(attempt > 1 ? [`(attempt ${attempt})`] : []),
    ...(why ? [`(${reasonLine(why)})`] : []),
    ...(retryInMs === undefined ? [] : [`(again in ${(retryInMs / 1000).toFixed(1)} s)`]),
  ].join(' ');
}
