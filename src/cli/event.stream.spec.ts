import { describe, expect, it } from '@jest/globals';

import { CliError } from './cli.errors.js';
import { followEvents, type FollowOptions } from './event.stream.js';
import type { SseMessage } from './sse.parser.js';

const message = (id: string, event = 'log'): SseMessage => ({ id, event, data: id });
const lost = new CliError('CLI.UNREACHABLE', 'gone');
const refused = new CliError('CLI.PROBLEM', 'no');

/** One connection each: events, then a clean close, or the error. Without a connection left the server cannot be reached. */
type Connection = readonly (SseMessage | CliError)[];

const setup = (connections: readonly Connection[], options: Partial<FollowOptions> = {}) => {
  const openedAfter: string[] = [];
  const interruptions: (CliError | undefined)[] = [];
  const api = {
    open: (_path: string, lastEventId: string) => {
      const events = connections[openedAfter.length];
      openedAfter.push(lastEventId);
      if (!events) return Promise.reject(lost);
      async function* messages(): AsyncGenerator<SseMessage> {
        for (const event of events ?? []) {
          if (event instanceof CliError) throw event;
          yield await Promise.resolve(event);
        }
      }
      return Promise.resolve({ messages: messages(), retryMs: () => 1 });
    },
  };
  const collect = async (): Promise<string[]> => {
    const seen: string[] = [];
    const all = {
      signal: new AbortController().signal,
      isOver: () => Promise.resolve(false),
      onInterrupted: (error: CliError | undefined) => void interruptions.push(error),
      ...options,
    };
    for await (const { id } of followEvents(api, '/events', all)) seen.push(id);
    return seen;
  };
  return { openedAfter, interruptions, collect };
};

describe('followEvents', () => {
  it('ends with the end event and does not open the stream again', async () => {
    const { collect, openedAfter } = setup([[message('1'), message('2', 'end'), message('3')]]);
    await expect(collect()).resolves.toEqual(['1']);
    expect(openedAfter).toEqual(['']);
  });

  it('comes back after the last event that it saw, and tells of it once', async () => {
    const { collect, openedAfter, interruptions } = setup([
      [message('1'), lost],
      [lost],
      [message('2')],
      [message('3', 'end')],
    ]);
    await expect(collect()).resolves.toEqual(['1', '2']);
    expect(openedAfter).toEqual(['', '1', '1', '2']);
    expect(interruptions).toEqual([lost, undefined]);
  });

  it('throws a refusal at once', async () => {
    const { collect, openedAfter } = setup([[message('1'), refused]]);
    await expect(collect()).rejects.toBe(refused);
    expect(openedAfter).toHaveLength(1);
  });

  it('gives up when Atom stays away', async () => {
    const { collect } = setup([[message('1')]], { patienceMs: 0 });
    await expect(collect()).rejects.toBe(lost);
  });

  it('ends without an end event when nothing new came and the run is over', async () => {
    const { collect, openedAfter } = setup([[message('1')], []], { isOver: () => Promise.resolve(true) });
    await expect(collect()).resolves.toEqual(['1']);
    expect(openedAfter).toEqual(['', '1']);
  });

  it('is interrupted while it waits to come back', async () => {
    const controller = new AbortController();
    const { collect } = setup([[message('1')]], {
      signal: controller.signal,
      onInterrupted: () => controller.abort(),
    });
    await expect(collect()).rejects.toMatchObject({ code: 'CLI.INTERRUPTED' });
  });
});
