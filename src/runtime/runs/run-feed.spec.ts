import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { aRun } from '../../../test/builders/run.builder.js';
import { fakeRuns } from '../../../test/runtime/runs.subject.js';
import type { NotificationHandler } from '../../platform/database/notifications.js';
import { KEEP_ALIVE } from '../../platform/http/server-sent-events.js';
import { eventSeq, type RunEvent } from './run-event.js';
import { RunFeed } from './run-feed.js';

async function setUp() {
  const runs = fakeRuns();
  const { id } = (await runs.store.submit(aRun())).run;
  let notify: NotificationHandler = () => undefined;
  const subscribe = (_channel: string, handler: NotificationHandler): void => {
    notify = handler;
  };
  const feed = new RunFeed(runs.store, { subscribe } as never);
  feed.onApplicationBootstrap();
  const end = async (): Promise<void> => {
    const event = { seq: eventSeq(1, 1), type: 'run', data: { state: 'succeeded' } } as const;
    await runs.journal.write({ runId: id, fence: 1, run: { state: 'succeeded' }, events: [event] });
  };
  return { runs, id, feed, end, notify: (payload?: string) => notify(payload) };
}

const settle = (): Promise<unknown> => jest.advanceTimersByTimeAsync(0);

const stateOf = (event: RunEvent | typeof KEEP_ALIVE | undefined): unknown =>
  event === undefined || event === KEEP_ALIVE ? event : 'state' in event.data && event.data.state;

describe(RunFeed.name, () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** Follows in the background; `states` grows as events come. */
  function follow(feed: RunFeed, id: string, after = -1) {
    const states: unknown[] = [];
    const done = (async () => {
      for await (const event of feed.follow(id, after)) states.push(stateOf(event));
    })();
    return { states, done };
  }

  it('answers what was there, then what comes, and ends with the run', async () => {
    const { runs, id, feed, end, notify } = await setUp();
    const { states, done } = follow(feed, id);
    await settle();
    expect(states).toEqual(['queued']);
    await runs.journal.claim(id);
    notify(id);
    await settle();
    await end();
    notify(id);
    await done;
    expect(states).toEqual(['queued', 'running', 'succeeded']);
  });

  it('goes on after the event that the reader saw last', async () => {
    const { runs, id, feed, end } = await setUp();
    await runs.journal.claim(id);
    await end();
    const { states, done } = follow(feed, id, eventSeq(1, 0));
    await done;
    expect(states).toEqual(['succeeded']);
  });

  it('ends at once for a reader who has seen the end', async () => {
    const { runs, id, feed, end } = await setUp();
    await runs.journal.claim(id);
    await end();
    const { states, done } = follow(feed, id, eventSeq(1, 1));
    await done;
    expect(states).toEqual([]);
  });

  it('does not lose the last events when the run ends while it looks', async () => {
    const { runs, id, feed, end } = await setUp();
    await runs.journal.claim(id);
    const find = runs.store.find.bind(runs.store);
    jest.spyOn(runs.store, 'find').mockImplementationOnce(async (runId) => {
      await end();
      return find(runId);
    });
    const { states, done } = follow(feed, id, eventSeq(1, 0));
    await done;
    expect(states).toEqual(['succeeded']);
  });

  it('looks again when notifications may have been missed', async () => {
    const { runs, id, feed, end, notify } = await setUp();
    await runs.journal.claim(id);
    const { states, done } = follow(feed, id, eventSeq(1, 0));
    await settle();
    await end();
    notify(undefined);
    await done;
    expect(states).toEqual(['succeeded']);
  });

  it('gives a sign of life while nothing happens, and leaves nothing behind when its reader goes', async () => {
    const { id, feed } = await setUp();
    const events = feed.follow(id, 0);
    const next = events.next();
    await jest.advanceTimersByTimeAsync(15_000);
    expect((await next).value).toBe(KEEP_ALIVE);
    await events.return(undefined);
    expect(jest.getTimerCount()).toBe(0);
  });
});
