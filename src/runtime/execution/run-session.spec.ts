import { afterEach, describe, expect, it, jest } from '@jest/globals';

import { aClaimedRun } from '../../../test/builders/run.builder.js';
import { waitUntil } from '../../../test/support/wait-until.js';
import { eventSeq } from '../runs/run-event.js';
import type { ClaimedRun, JournalAnswer, JournalEntry } from './run-journal.js';
import { RunLostError, RunSession } from './run-session.js';

const OWNED: JournalAnswer = { owned: true, cancelRequested: false, stepStartedAt: null };
const started = { index: 0, state: 'running', attempt: 1 } as const;
const sessions: RunSession[] = [];

afterEach(() => {
  for (const session of sessions.splice(0)) session.close();
});

function setUp(more: Partial<ClaimedRun> = {}) {
  const write = jest.fn<(entry: JournalEntry) => Promise<JournalAnswer>>().mockResolvedValue(OWNED);
  const session = new RunSession(aClaimedRun(more, { fence: 3 }), { write } as never);
  sessions.push(session);
  const lines = (): string[] =>
    write.mock.calls.flatMap(([{ events }]) => events.flatMap((e) => (e.type === 'log' ? [e.data.line] : [])));
  return { session, write, lines };
}

const sqlError = (code: string): Error => Object.assign(new Error('SQL'), { code });

describe(RunSession.name, () => {
  it('numbers its events within its fence, after the one of the claim', async () => {
    const { session, write } = setUp();
    session.log(0, 'look', 'first');
    await session.write({}, { type: 'run', data: { state: 'succeeded' } });
    const seqs = write.mock.calls.flatMap(([{ events }]) => events.map(({ seq }) => seq));
    expect(seqs).toEqual([eventSeq(3, 1), eventSeq(3, 2)]);
  });

  it('writes one thing after the other', async () => {
    const { session, write } = setUp();
    let running = 0;
    write.mockImplementation(async () => {
      running += 1;
      expect(running).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return OWNED;
    });
    for (let n = 0; n < 5; n++) session.log(0, 'look', String(n));
    await Promise.all([session.write({}), session.write({}), session.write({})]);
    expect(running).toBe(0);
  });

  it('repeats a write, as it was, while the database is away', async () => {
    const { session, write } = setUp();
    write.mockRejectedValueOnce(new Error('connect ECONNREFUSED')).mockRejectedValueOnce(sqlError('57P01'));
    await expect(session.write({ step: started })).resolves.toEqual(OWNED);
    expect(write).toHaveBeenCalledTimes(3);
    expect(write.mock.calls[2]).toEqual(write.mock.calls[0]);
  });

  it.each(['22P05', '42703', '54001'])('does not repeat a write that can never succeed (%s)', async (code) => {
    const { session, write } = setUp();
    write.mockRejectedValue(sqlError(code));
    await expect(session.write({ step: started })).rejects.toMatchObject({ code });
    expect(write).toHaveBeenCalledTimes(1);
  });

  it('stops for good when the run is not its own any more', async () => {
    const { session, write } = setUp();
    write.mockResolvedValue({ owned: false });
    await expect(session.write({ step: started })).rejects.toBeInstanceOf(RunLostError);
    expect(session.signal.aborted).toBe(true);
    await expect(session.write({})).rejects.toBeInstanceOf(RunLostError);
    expect(write).toHaveBeenCalledTimes(1);
  });

  it('gives up a write that is being repeated when the lease is lost', async () => {
    const { session, write } = setUp();
    write.mockRejectedValue(new Error('connect ECONNREFUSED'));
    const written = session.write({ step: started });
    session.interrupt('lost');
    await expect(written).rejects.toBeInstanceOf(RunLostError);
  });

  it('hears of a cancellation from any answer', async () => {
    const { session, write } = setUp();
    write.mockResolvedValue({ ...OWNED, cancelRequested: true });
    await session.write({});
    expect([session.interruption, session.signal.aborted]).toEqual(['cancelled', true]);
  });

  it('keeps the first reason to stop, unless the run is lost', () => {
    const { session } = setUp({ cancelRequested: true });
    session.interrupt('shutdown');
    expect(session.interruption).toBe('cancelled');
    session.interrupt('lost');
    session.interrupt('timed_out');
    expect(session.interruption).toBe('lost');
  });

  it('stops when the time of the run is over', async () => {
    const { session } = setUp({ remainingMs: 5 });
    await waitUntil('the time is over', () => session.isStopping(), { intervalMs: 1 });
    expect(session.interruption).toBe('timed_out');
  });

  describe('log', () => {
    it('sends lines that come during a write together with the next one', async () => {
      const { session, write, lines } = setUp();
      for (let n = 0; n < 1000; n++) session.log(0, 'look', `line ${n}`);
      await session.write({});
      expect(lines()).toEqual(Array.from({ length: 1000 }, (_, n) => `line ${n}`));
      expect(write.mock.calls.length).toBeLessThan(5);
    });

    it('cuts a line that is too long', async () => {
      const { session, lines } = setUp();
      session.log(0, 'look', 'x'.repeat(1_000_000));
      await session.write({});
      expect(lines()[0]).toHaveLength(8192);
    });

    it('keeps the first ten thousand lines, and says so', async () => {
      const { session, lines } = setUp();
      for (let n = 0; n < 10_100; n++) session.log(0, 'look', 'x');
      await session.write({});
      expect(lines()).toHaveLength(10_001);
      expect(lines().at(-1)).toContain('the log is full');
    });

    it('keeps four million characters, and says so', async () => {
      const { session, lines } = setUp();
      for (let n = 0; n < 600; n++) session.log(0, 'look', 'x'.repeat(8192));
      await session.write({});
      expect(lines().join('').length).toBeLessThan(4.1 * 1024 * 1024);
      expect(lines().at(-1)).toContain('the log is full');
    });

    it('goes on after lines that could not be stored', async () => {
      const { session, write, lines } = setUp();
      write.mockRejectedValueOnce(sqlError('22P05'));
      session.log(0, 'look', 'lost');
      await waitUntil('it was refused', () => write.mock.calls.length === 1, { intervalMs: 1 });
      session.log(0, 'look', 'kept');
      await session.write({});
      expect(lines()).toContain('kept');
    });
  });
});
