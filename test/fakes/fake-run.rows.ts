import type { NewRun, Run, RunStep } from '../../src/runtime/runs/run.js';
import type { NumberedEvent, RunEvent } from '../../src/runtime/runs/run-event.js';

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

export interface RunRow {
  readonly run: Writable<Run>;
  readonly asked: NewRun;
  readonly steps: Writable<RunStep>[];
  readonly events: RunEvent[];
  leaseUntil: number;
  enqueuedAt: number;
  queueDeadline: number;
  cancelRequestedBy: string | undefined;
}

/** What FakeRunStore and FakeRunJournal share, as the stores on PostgreSQL share their tables. */
export class RunRows {
  readonly rows = new Map<string, RunRow>();
  private passedMs = 0;

  /** The rows' own clock. */
  now(): number {
    return Date.now() + this.passedMs;
  }

  pass(ms: number): void {
    this.passedMs += ms;
  }

  date(): Date {
    return new Date(this.now());
  }

  /** An event that is there already stays as it is. */
  record(row: RunRow, event: NumberedEvent): void {
    if (row.events.some(({ seq }) => seq === event.seq)) return;
    row.events.push({ ...event, at: this.date() });
    row.events.sort((a, b) => a.seq - b.seq);
  }
}
