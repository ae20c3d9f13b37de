import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';

import { aClaimedRun } from '../../../test/builders/run.builder.js';
import { loadConfig } from '../../platform/config/config.js';
import type { NotificationHandler } from '../../platform/database/notifications.js';
import { LeaseKeeper } from './lease-keeper.service.js';
import type { Heartbeat } from './run-journal.js';
import type { RunSession } from './run-session.js';

Logger.overrideLogger(false);

const LEASE_MS = 10_000;
const config = loadConfig({
  ...{ DATABASE_URL: 'postgres://nobody@127.0.0.1/none' },
  ...{ RUN_LEASE_MS: String(LEASE_MS), SHUTDOWN_TIMEOUT_MS: '1000' },
});
const away = () => Promise.reject(new Error('the database is away'));

function setUp() {
  const held = (runs: readonly { runId: string }[]): Promise<Heartbeat[]> =>
    Promise.resolve(runs.map(({ runId }) => ({ runId, cancelRequested: false })));
  const heartbeat = jest.fn(held);
  let notify: NotificationHandler = () => undefined;
  const subscribe = (_channel: string, handler: NotificationHandler): void => void (notify = handler);
  const leases = new LeaseKeeper({ heartbeat } as never, config, { subscribe } as never);
  leases.onApplicationBootstrap();
  const open = (fence = 1, id?: string): RunSession =>
    leases.open(aClaimedRun({}, { fence, ...(id !== undefined && { id }) }));
  return { leases, heartbeat, held, open, notify: (payload: string | undefined) => notify(payload) };
}

describe(LeaseKeeper.name, () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask'] });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('prolongs all leases in one statement, several times a lease', async () => {
    const { heartbeat, open } = setUp();
    const ids = [open(), open()].map(({ run }) => run.id);
    await jest.advanceTimersByTimeAsync(LEASE_MS);
    expect(heartbeat.mock.calls.length).toBeGreaterThanOrEqual(3);
    expect(heartbeat.mock.calls[0]?.[0].map(({ runId }) => runId)).toEqual(ids);
  });

  it('asks nothing when it has nothing', async () => {
    const { heartbeat } = setUp();
    await jest.advanceTimersByTimeAsync(LEASE_MS);
    expect(heartbeat).not.toHaveBeenCalled();
  });

  it('stops what is to be cancelled and what is somebody else’s', async () => {
    const { leases, heartbeat, open } = setUp();
    const [cancelled, lost, kept] = [open(), open(), open()];
    heartbeat.mockResolvedValue([
      { runId: cancelled.run.id, cancelRequested: true },
      { runId: kept.run.id, cancelRequested: false },
    ]);
    await leases.beat();
    expect([cancelled, lost, kept].map(({ interruption }) => interruption)).toEqual(['cancelled', 'lost', undefined]);
  });

  it('stops a run at once when somebody cancels it, and asks when a notification may have been missed', async () => {
    const { heartbeat, open, notify } = setUp();
    const [one, other] = [open(), open()];
    notify(one.run.id);
    expect([one.interruption, other.interruption]).toEqual(['cancelled', undefined]);
    notify(undefined);
    await jest.advanceTimersByTimeAsync(0);
    expect(heartbeat).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['answers with errors', away],
    ['does not answer', () => new Promise<never>(() => undefined)],
  ])('gives its runs up before their lease is over when the database %s', async (_what, heartbeats) => {
    const { heartbeat, open } = setUp();
    heartbeat.mockImplementation(heartbeats);
    const session = open();
    await jest.advanceTimersByTimeAsync(LEASE_MS / 2);
    expect(session.interruption).toBeUndefined();
    await jest.advanceTimersByTimeAsync(LEASE_MS / 2 - 1);
    expect(session.interruption).toBe('lost');
  });

  it('keeps its runs over an outage that is shorter than the lease', async () => {
    const { heartbeat, held, open } = setUp();
    heartbeat.mockImplementation(away);
    const session = open();
    await jest.advanceTimersByTimeAsync(LEASE_MS / 2);
    heartbeat.mockImplementation(held);
    await jest.advanceTimersByTimeAsync(LEASE_MS * 2);
    expect(session.interruption).toBeUndefined();
  });

  it('ends the old work on a run that this worker claims again', () => {
    const { open } = setUp();
    const old = open(1);
    const current = open(2, old.run.id);
    expect([old.interruption, current.interruption]).toEqual(['lost', undefined]);
  });

  it('does not forget the new work when the old one is closed', async () => {
    const { leases, heartbeat, open } = setUp();
    const old = open(1);
    open(2, old.run.id);
    leases.close(old);
    await leases.beat();
    expect(heartbeat.mock.calls[0]?.[0]).toEqual([{ runId: old.run.id, fence: 2 }]);
  });

  it('lets steps end by themselves for a while before a shutdown stops them', async () => {
    const { leases, open } = setUp();
    const session = open();
    leases.drain();
    await jest.advanceTimersByTimeAsync(500);
    expect(session.interruption).toBeUndefined();
    await jest.advanceTimersByTimeAsync(499);
    expect(session.interruption).toBe('shutdown');
  });

  it('is quiet once it was stopped', async () => {
    const { leases, heartbeat, open } = setUp();
    const session = open();
    leases.close(session);
    leases.stop();
    await jest.advanceTimersByTimeAsync(LEASE_MS * 2);
    expect(heartbeat).not.toHaveBeenCalled();
    expect(jest.getTimerCount()).toBe(0);
  });
});
