import { validate as isUuid } from 'uuid';

import { decodeCursor, type Page, type PageQuery, toPage } from '../../src/platform/http/cursor.js';
import type { NewRun, Run, RunStep } from '../../src/runtime/runs/run.js';
import type { RunState } from '../../src/runtime/runs/run.state.js';
import {
  LAST_AMONG,
  MAX_COUNTED,
  type RunFilter,
  type RunHistory,
  type RunRequestKey,
  RunStore,
  type SubmittedRun,
} from '../../src/runtime/runs/run.store.js';
import { eventSeq, type RunEvent } from '../../src/runtime/runs/run-event.js';
import { RuntimeError } from '../../src/runtime/runtime.error.js';
import { type RunRow, RunRows } from './fake-run.rows.js';

/** In memory; held to the same contract as the store on PostgreSQL. */
export class FakeRunStore extends RunStore {
  constructor(private readonly table = new RunRows()) {
    super();
  }

  /** Looks and inserts in one turn of the event loop, so that of many at once one is new. */
  submit(asked: NewRun): Promise<SubmittedRun> {
    return attempt(() => {
      const started = this.earlier(asked);
      return started ? { run: started, replayed: true } : { run: { ...this.insert(asked).run }, replayed: false };
    });
  }

  findStarted(key: RunRequestKey): Promise<Run | undefined> {
    return attempt(() => this.earlier(key));
  }

  private earlier({ requestedBy, idempotencyKey, requestHash }: RunRequestKey): Run | undefined {
    const rows = [...this.table.rows.values()];
    const found = rows.find(
      ({ asked }) => asked.requestedBy === requestedBy && asked.idempotencyKey === idempotencyKey,
    );
    if (!found || found.asked.requestHash.equals(requestHash)) return found && { ...found.run };
    throw new RuntimeError('idempotency-key-reused', 'The key started another run.');
  }

  find(id: string): Promise<Run | undefined> {
    const row = this.table.rows.get(id);
    return Promise.resolve(row && { ...row.run });
  }

  async list(filter: RunFilter, { limit, cursor }: PageQuery): Promise<Page<Run>> {
    const [before = '~'] = cursor === undefined ? [] : decodeCursor(cursor, isUuid);
    const runs = [...this.table.rows.values()]
      .map(({ run }) => ({ ...run }))
      .filter(({ id, workflow }) => id < before && (filter.workflow ?? workflow) === workflow)
      .filter(({ state, version }) => (filter.state ?? state) === state && (filter.version ?? version) === version)
      .sort((a, b) => (a.id < b.id ? 1 : -1));
    const page = toPage(runs, limit, ({ id }) => [id], (run) => run); // prettier-ignore
    return Promise.resolve(page);
  }

  history({ workflow, version }: { workflow: string; version?: string }, since: Date): Promise<RunHistory> {
    const all = [...this.table.rows.values()]
      .map(({ run }) => run)
      .filter((run) => run.workflow === workflow && run.version === (version ?? run.version))
      .sort((a, b) => (a.id < b.id ? 1 : -1));
    const newest = all.filter(({ id }) => timeOf(id) >= since.getTime()).slice(0, MAX_COUNTED);
    const counts: Partial<Record<RunState, number>> = {};
    for (const { state, dryRun } of newest) if (!dryRun) counts[state] = (counts[state] ?? 0) + 1;
    const last = all.slice(0, LAST_AMONG).find(({ dryRun }) => !dryRun);
    const oldest = newest.length < MAX_COUNTED ? undefined : newest.at(-1);
    return Promise.resolve({ counts, last: last ? { ...last } : null, since: oldest?.createdAt ?? since });
  }

  hasRuns(workflow: string, version: string): Promise<boolean> {
    const runs = [...this.table.rows.values()].map(({ run }) => run);
    return Promise.resolve(runs.some((run) => run.workflow === workflow && run.version === version));
  }

  hasDryRun(digest: string): Promise<boolean> {
    const runs = [...this.table.rows.values()].map(({ run }) => run);
    return Promise.resolve(runs.some((run) => run.dryRun && run.digest === digest && run.state === 'succeeded'));
  }

  steps(runId: string): Promise<RunStep[]> {
    return Promise.resolve((this.table.rows.get(runId)?.steps ?? []).map((step) => ({ ...step })));
  }

  events(runId: string, afterSeq: number, limit: number): Promise<RunEvent[]> {
    const events = this.table.rows.get(runId)?.events ?? [];
    return Promise.resolve(events.filter(({ seq }) => seq > afterSeq).slice(0, limit));
  }

  cancel(id: string, requestedBy: string): Promise<Run | undefined> {
    const row = this.table.rows.get(id);
    if (row?.run.state === 'running') row.cancelRequestedBy ??= requestedBy;
    if (row?.run.state === 'queued') this.end(row, requestedBy);
    return this.find(id);
  }

  private insert(asked: NewRun): RunRow {
    const { id, workflow, version, digest, dryRun, inputs, target, decision, requestedBy } = asked;
    const unset = { reason: null, outputs: null, startedAt: null, finishedAt: null };
    const now = this.table.now();
    const row: RunRow = {
      asked,
      run: {
        ...{ id, workflow, version, digest, dryRun, inputs, target, decision, requestedBy },
        ...{ ...unset, state: 'queued', fence: 0, createdAt: new Date(now) },
      },
      steps: asked.steps.map(({ name, action }, index) => ({
        ...{ runId: id, index, name, action, state: 'pending', attempt: 0, outputs: null, error: null },
        ...{ startedAt: null, finishedAt: null },
      })),
      events: [],
      ...{ leaseUntil: 0, enqueuedAt: now, queueDeadline: now + asked.queueTimeoutMs, cancelRequestedBy: undefined },
    };
    this.table.record(row, { type: 'run', seq: 0, data: { state: 'queued' } });
    this.table.rows.set(id, row);
    return row;
  }

  private end(row: RunRow, requestedBy: string): void {
    const reason = { code: 'CANCELLED', message: `Cancelled by ${requestedBy} before it started.` } as const;
    const finishedAt = this.table.date();
    Object.assign(row.run, { state: 'cancelled', reason, fence: row.run.fence + 1, finishedAt });
    for (const step of row.steps) {
      if (step.state === 'pending') Object.assign(step, { state: 'cancelled', finishedAt });
      if (step.state === 'running') Object.assign(step, { state: 'unknown' });
    }
    this.table.record(row, { type: 'run', seq: eventSeq(row.run.fence, 0), data: { state: 'cancelled', reason } });
  }
}

/** What is thrown rejects, as from a real store. */
function attempt<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}

/** Milliseconds that a UUIDv7 begins with. */
function timeOf(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
}
