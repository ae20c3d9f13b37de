import { setTimeout as sleep } from 'node:timers/promises';

import type { LogLine, Run, RunEvent, StepEvent } from './api.types.js';
import { isOver } from './api.types.js';
import { CliError, messageOf } from './cli.errors.js';
import type { CommandContext } from './context.js';
import { followEvents } from './event.stream.js';
import { escapeLine } from './output/escape.js';
import type { Paint } from './output/paint.js';
import { reasonLine } from './run.view.js';
import type { SseMessage } from './sse.parser.js';

// Logs end when the run does; what is late by more than this is left to `atomctl logs`.
const logGraceMs = 5_000;

/** Follows a run to its end, telling steps and log lines on stderr. `signal` ends the waiting only, never the run. */
export async function waitForRun(context: CommandContext, runId: string, signal: AbortSignal): Promise<void> {
  const { output } = context;
  const api = context.api();
  const path = runPath(runId);
  const over = async (): Promise<boolean> => isOver((await api.get<Run>(path)).state);
  const tellInterrupted = (error: CliError | undefined): void => {
    if (error) output.warn(`${error.message}; coming back, the run goes on`);
  };
  const logsDone = new AbortController();
  const logs = tellLogs();
  try {
    const options = { signal, isOver: over, onInterrupted: tellInterrupted };
    for await (const message of followEvents(api, `${path}/events`, options)) {
      const text = describe(message, output.paintProgress);
      if (text !== undefined) output.progress(text);
    }
    await Promise.race([logs, sleep(logGraceMs, undefined, { ref: false })]);
  } finally {
    logsDone.abort();
    await logs;
  }

  async function tellLogs(): Promise<void> {
    const either = AbortSignal.any([signal, logsDone.signal]);
    try {
      for await (const message of followEvents(api, `${path}/logs`, { signal: either, isOver: over })) {
        const text = logText(message);
        if (text !== undefined) output.progress(output.paintProgress.text('dim', `  ${text}`));
      }
    } catch (error) {
      // The run matters more than its logs: the waiting goes on without them.
      if (!either.aborted) output.warn(`the logs cannot be shown: ${messageOf(error)}`);
    }
  }
}

export function runPath(runId: string): string {
  return `/v1/runs/${encodeURIComponent(runId)}`;
}

/** `step | line` of a log event; undefined for events that a newer server may add. */
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

/** One line about a step or the run; undefined for events that a newer server may add. */
function describe({ event, data }: SseMessage, paint: Paint): string | undefined {
  if (event !== 'step' && event !== 'run') return undefined;
  const { state, reason, error, step, attempt = 1 } = eventData(data) as RunEvent & Partial<StepEvent>;
  const why = error ?? reason;
  const subject = event === 'step' ? `step ${escapeLine(step ?? '')}` : 'run';
  const again = attempt > 1 ? ` (attempt ${attempt})` : '';
  return `${subject}: ${paint.state(escapeLine(state))}${again}${why ? ` (${reasonLine(why)})` : ''}`;
}
