import type { RunJournal } from '../../src/runtime/execution/run-journal.js';
import type { RunStore } from '../../src/runtime/runs/run.store.js';
import { FakeRunJournal } from '../fakes/fake-run.journal.js';
import { RunRows } from '../fakes/fake-run.rows.js';
import { FakeRunStore } from '../fakes/fake-run.store.js';

export const LEASE_MS = 60_000;

/** Stores of runs that look at the same rows, and a way to let time pass for them. */
export interface RunsSubject {
  readonly store: RunStore;
  readonly journal: RunJournal;
  /** The journal of another worker. */
  readonly otherJournal: RunJournal;
  /** Every time that is stored moves so many milliseconds into the past. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

export function fakeRuns(): RunsSubject {
  const table = new RunRows();
  return {
    store: new FakeRunStore(table),
    journal: new FakeRunJournal(table, LEASE_MS),
    otherJournal: new FakeRunJournal(table, LEASE_MS),
    pass: (ms) => {
      table.pass(ms);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
