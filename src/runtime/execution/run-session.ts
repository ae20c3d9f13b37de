import { setTimeout as sleep } from 'node:timers/promises';

import { isDatabaseAway, isStatementAtFault } from '../../platform/database/database.js';
import type { Run } from '../runs/run.js';
import { eventSeq, type NumberedEvent, type RunEventBody } from '../runs/run-event.js';
import type { ClaimedRun, JournalAnswer, RunChange, RunJournal, StepChange } from './run-journal.js';

/** Why work on a run has to stop before its end. */
export type Interruption = 'cancelled' | 'timed_out' | 'lost' | 'shutdown';

/** Somebody else owns the run now, or it has ended: this worker may not touch it again, nor write that it stopped. */
export class RunLostError extends Error {
  override readonly name = 'RunLostError';
}

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1000;
const LONGEST_LINE = 8 * 1024;
const MOST_LINES = 10_000;
/** Characters of all lines of one run together. */
const MOST_TEXT = 4 * 1024 * 1024;

/**
 * One run while this worker owns it. Writes are sent one after the other, each with the log lines that came since the one
 * before; they are repeated while the database is away, as long as the lease may still be ours.
 */
export class RunSession {
  readonly run: Run;
  private readonly abort = new AbortController();
  private readonly deadline: NodeJS.Timeout;
  private reason: Interruption | undefined;
  private buffer: NumberedEvent[] = [];
  private tail: Promise<unknown> = Promise.resolve();
  private flushing = false;
  private lines = 0;
  private text = 0;
  private isLogFull = false;
  /** The claim itself wrote event 0 of this fence. */
  private count = 1;

  constructor(
    claimed: ClaimedRun,
    private readonly journal: RunJournal,
  ) {
    this.run = claimed.run;
    // setTimeout takes at most 2^31 - 1 milliseconds; EXECUTION_TIMEOUT keeps every run below that.
    this.deadline = setTimeout(() => this.interrupt('timed_out'), claimed.remainingMs);
    if (claimed.cancelRequested) this.interrupt('cancelled');
  }

  /** Raised when the work has to stop, whatever the reason. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  get interruption(): Interruption | undefined {
    return this.reason;
  }

  isStopping(): boolean {
    return this.reason !== undefined;
  }

  /** The first reason stays, except that losing the run overrides all: then nothing may be written any more. */
  interrupt(reason: Interruption): void {
    if (this.reason === undefined || reason === 'lost') this.reason = reason;
    this.abort.abort();
  }

  /** One line of the live log; what exceeds the log's bounds is dropped, and the last line kept says so. */
  log(stepIndex: number, step: string, line: string): void {
    if (this.isLogFull) return;
    const kept = line.slice(0, LONGEST_LINE);
    this.lines += 1;
    this.text += kept.length;
    this.isLogFull = this.lines > MOST_LINES || this.text > MOST_TEXT;
    const data = { step, line: this.isLogFull ? '… the log is full; what follows is not kept' : kept };
    this.buffer.push(this.number({ type: 'log', stepIndex, data }));
    if (!this.flushing) void this.flush();
  }

  /** Rejects with {@link RunLostError}; an answer means that the write is durable. */
  write(
    change: { readonly step?: StepChange; readonly run?: RunChange },
    ...events: readonly RunEventBody[]
  ): Promise<JournalAnswer & { owned: true }> {
    this.buffer.push(...events.map((event) => this.number(event)));
    const sent = this.tail.then(() => this.send(change));
    this.tail = sent.catch(() => undefined);
    return sent;
  }

  /** Asks again while the database is away, as long as the lease may still be ours; then rejects with {@link RunLostError}. */
  ask<T>(question: () => Promise<T>): Promise<T> {
    return this.repeat(question, (error) => !isDatabaseAway(error));
  }

  /** No timer of this session is left behind. */
  close(): void {
    clearTimeout(this.deadline);
  }

  private number(event: RunEventBody): NumberedEvent {
    return { ...event, seq: eventSeq(this.run.fence, this.count++) };
  }

  private async flush(): Promise<void> {
    this.flushing = true;
    try {
      while (this.buffer.length > 0) await this.write({});
    } catch {
      // The run was lost; its next write says so to whoever works on it.
    }
    this.flushing = false;
  }

  private async send(change: {
    readonly step?: StepChange;
    readonly run?: RunChange;
  }): Promise<JournalAnswer & { owned: true }> {
    const events = this.buffer;
    this.buffer = [];
    const entry = { runId: this.run.id, fence: this.run.fence, ...change, events };
    const answer = await this.repeat(() => this.journal.write(entry), isStatementAtFault);
    if (answer.owned) return this.heed(answer);
    this.interrupt('lost');
    throw lost(this.run);
  }

  /** Tries until it succeeds or fails for good; rejects with {@link RunLostError} when the run is not ours any more. */
  private async repeat<T>(attempt: () => Promise<T>, isFinal: (error: unknown) => boolean): Promise<T> {
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      if (this.reason === 'lost') throw lost(this.run);
      try {
        return await attempt();
      } catch (error) {
        if (isFinal(error)) throw error;
        await sleep(wait);
      }
    }
  }

  private heed(answer: JournalAnswer & { owned: true }): JournalAnswer & { owned: true } {
    if (answer.cancelRequested) this.interrupt('cancelled');
    return answer;
  }
}

function lost({ id }: Run): RunLostError {
  return new RunLostError(`run ${id} is lost`);
}
