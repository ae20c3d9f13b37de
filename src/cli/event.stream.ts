import { setTimeout as sleep } from 'node:timers/promises';

import type { ApiClient } from './api.client.js';
import { CliError } from './cli.errors.js';
import type { SseMessage } from './sse.parser.js';

/** Opens one connection after the given event; ApiClient does. */
type EventSource = Pick<ApiClient, 'open'>;

export interface FollowOptions {
  readonly signal: AbortSignal;
  /** Asked when a connection ended with nothing new: a stream without its `end` must not be followed for ever. */
  readonly isOver: () => Promise<boolean>;
  /** Told once per interruption, before the first attempt to come back. */
  readonly onInterrupted?: (error: CliError | undefined) => void;
  /** How long Atom may be unreachable before following gives up, milliseconds. */
  readonly patienceMs?: number;
}

const firstWaitMs = 500;
const longestWaitMs = 5_000;
const patienceMsDefault = 60_000;

/**
 * Follows an event stream to its `end` event, which is not yielded. A lost connection is opened again after the last event
 * that was seen (`Last-Event-ID`), so nothing is lost or repeated. Refusals (401, 404…) are thrown at once.
 */
export async function* followEvents(
  api: EventSource,
  path: string,
  options: FollowOptions,
): AsyncGenerator<SseMessage> {
  const { signal, isOver, onInterrupted, patienceMs = patienceMsDefault } = options;
  let lastEventId = '';
  let retryMs: number | undefined;
  let attempt = 0;
  let failingSince: number | undefined;
  let cameForNothing = false;
  for (;;) {
    let lost: CliError | undefined;
    try {
      if (cameForNothing && (await isOver())) return;
      const connection = await api.open(path, lastEventId, signal);
      failingSince = undefined;
      cameForNothing = true;
      for await (const message of connection.messages) {
        if (message.event === 'end') return;
        cameForNothing = false;
        attempt = 0;
        lastEventId = message.id;
        yield message;
        retryMs = connection.retryMs();
      }
    } catch (error) {
      if (!(error instanceof CliError) || error.code !== 'CLI.UNREACHABLE') throw error;
      failingSince ??= Date.now();
      if (Date.now() - failingSince > patienceMs) throw error;
      lost = error;
    }
    if (attempt === 0) onInterrupted?.(lost);
    await pause(Math.min((retryMs ?? firstWaitMs) * 2 ** attempt, longestWaitMs), signal);
    attempt += 1;
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch((cause: unknown) => {
    throw new CliError('CLI.INTERRUPTED', 'interrupted', { cause });
  });
}
