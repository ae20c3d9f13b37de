import type { Clock } from './clock.js';
import type { Faults } from './faults.js';
import type { ObjectWriter } from './object.writer.js';
import type { PodLogs } from './pod-logs.js';
import type { ObjectStore } from './store.js';

/** The parts that request handlers and controllers share. */
export interface Cluster {
  readonly store: ObjectStore;
  readonly writer: ObjectWriter;
  readonly faults: Faults;
  readonly logs: PodLogs;
  readonly clock: Clock;
  readonly timings: Timings;
}

/** Milliseconds of what takes time in a cluster. */
export interface Timings {
  /** From the creation of a pod until a node has it. */
  readonly scheduleMs: number;
  /** From then until its containers run. */
  readonly startMs: number;
  /** From then until it is ready. */
  readonly readyMs: number;
  /** From the start of a container until it crashes, when it does. */
  readonly crashMs: number;
  /** First wait before a crashed container is started again; doubles with every crash. */
  readonly backOffMs: number;
  readonly maxBackOffMs: number;
  /** How long a pod takes to stop, at most its grace period. */
  readonly stopMs: number;
  /** How long the container of a Job runs. */
  readonly jobMs: number;
  /** Between two lines that a running container writes. */
  readonly logMs: number;
  /** Between two bookmarks of a watch. */
  readonly bookmarkMs: number;
}

export const DEFAULT_TIMINGS: Timings = {
  scheduleMs: 50,
  startMs: 400,
  readyMs: 600,
  crashMs: 700,
  backOffMs: 1000,
  maxBackOffMs: 10_000,
  stopMs: 400,
  jobMs: 1500,
  logMs: 2000,
  bookmarkMs: 10_000,
};
