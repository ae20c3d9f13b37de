import { hostname } from 'node:os';

import { Injectable } from '@nestjs/common';

import { Config } from '../../platform/config/config.js';
import { BatchLane } from '../../platform/database/batch-lane.js';
import { Database } from '../../platform/database/database.js';
import { toStorableJson } from '../../platform/database/json.js';
import type { Decision } from '../../policy/index.js';
import type { JsonObject, Run, RunStep, StepFailure } from '../runs/run.js';
import type { StepState } from '../runs/step.state.js';
import {
  type ClaimedRun,
  type DueRun,
  type Heartbeat,
  type JournalAnswer,
  type JournalEntry,
  RunJournal,
} from './run-journal.js';
import { CLAIM, END_OVERDUE, HEARTBEAT, STEPS_OF, TAKE_DUE, WRITE } from './run-journal.sql.js';

interface ClaimRow {
  readonly id: string;
  readonly workflow: string;
  readonly version: string;
  readonly digest: string;
  readonly dry_run: boolean;
  readonly inputs: JsonObject;
  readonly target: string | null;
  readonly decision: Decision;
  readonly requested_by: string;
  readonly cancel_requested_by: string | null;
  readonly fence: number;
  readonly created_at: Date;
  readonly started_at: Date;
  readonly remaining_ms: string;
}

interface StepRow {
  readonly run_id: string;
  readonly index: number;
  readonly name: string;
  readonly action: string;
  readonly state: StepState;
  readonly attempt: number;
  readonly outputs: JsonObject | null;
  readonly error: StepFailure | null;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
}

interface WriteRow {
  readonly run_id: string;
  readonly fence: number;
  readonly cancel_requested: boolean;
  readonly started_at: Date | null;
  readonly applied: boolean;
}

/** Writes of runs that are under way at the same time share commits (see BatchLane); each keeps its own guard. */
@Injectable()
export class PostgresRunJournal extends RunJournal {
  private readonly owner = `${hostname()}/${process.pid}`;
  private readonly claims = new BatchLane<string, ClaimedRun | undefined>((ids) => this.claimAll(ids));
  private readonly writes = new BatchLane<JournalEntry, JournalAnswer>((entries) => this.writeAll(entries));

  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {
    super();
  }

  claim(runId: string): Promise<ClaimedRun | undefined> {
    return this.claims.add(runId);
  }

  write(entry: JournalEntry): Promise<JournalAnswer> {
    return this.writes.add(entry);
  }

  async heartbeat(runs: readonly { readonly runId: string; readonly fence: number }[]): Promise<Heartbeat[]> {
    const values = [runs.map((r) => r.runId), runs.map((r) => r.fence), this.config.RUN_LEASE_MS];
    const rows = await this.database.query<{ run_id: string; cancel_requested: boolean }>(HEARTBEAT, values);
    return rows.map((row) => ({ runId: row.run_id, cancelRequested: row.cancel_requested }));
  }

  async takeDue(quietMs: number, limit: number): Promise<DueRun[]> {
    const rows = await this.database.query<{ run_id: string; fence: number }>(TAKE_DUE, [quietMs, limit]);
    return rows.map((row) => ({ runId: row.run_id, fence: row.fence }));
  }

  async endOverdue(maxClaims: number): Promise<{ timedOut: number; lost: number }> {
    const rows = await this.database.query<{ state: string; n: number }>(END_OVERDUE, [maxClaims]);
    const count = (state: string): number => rows.find((row) => row.state === state)?.n ?? 0;
    return { timedOut: count('timed_out'), lost: count('needs_attention') };
  }

  private async claimAll(ids: readonly string[]): Promise<(ClaimedRun | undefined)[]> {
    // A run that the queue delivers twice in one moment has one owner.
    const unique = [...new Set(ids)];
    const rows = await this.database.query<ClaimRow & Record<string, unknown>>(CLAIM, [
      unique,
      this.owner,
      this.config.RUN_LEASE_MS,
    ]);
    const again = rows.filter((row) => row.fence > 1).map((row) => row.id);
    const steps = again.length > 0 ? await this.stepsOf(again) : [];
    const claimed = new Map(rows.map((row) => [row.id, toClaimed(row, steps)]));
    return ids.map((id) => {
      const mine = claimed.get(id);
      claimed.delete(id);
      return mine;
    });
  }

  private async stepsOf(runIds: readonly string[]): Promise<RunStep[]> {
    const rows = await this.database.query<StepRow & Record<string, unknown>>(STEPS_OF, [runIds]);
    return rows.map(toStep);
  }

  private async writeAll(entries: readonly JournalEntry[]): Promise<JournalAnswer[]> {
    const events = entries.flatMap(toEventRows);
    const rows = await this.database.query<WriteRow & Record<string, unknown>>(WRITE, [
      toStorableJson(entries.map(toEntryRow)),
      toStorableJson(events),
    ]);
    return entries.map((entry) => toAnswer(entry, rows));
  }
}

function toEntryRow({ runId, fence, step, run }: JournalEntry): Record<string, unknown> {
  return {
    ...{ run_id: runId, fence },
    ...(step && { step_index: step.index, step_state: step.state, attempt: step.attempt, step_outputs: step.outputs }),
    ...(step && { before: step.before, error: step.error }),
    ...(run && { run_state: run.state, reason: run.reason, run_outputs: run.outputs }),
  };
}

function toEventRows({ runId, fence, events }: JournalEntry): Record<string, unknown>[] {
  return events.map((event) => {
    const stepIndex = event.type === 'run' ? null : event.stepIndex;
    return { run_id: runId, fence, seq: event.seq, type: event.type, step_index: stepIndex, data: event.data };
  });
}

function toAnswer(entry: JournalEntry, rows: readonly WriteRow[]): JournalAnswer {
  const row = rows.find((r) => r.run_id === entry.runId && r.fence === entry.fence);
  if (!row) return { owned: false };
  // Refused by the state machine though the fence holds: right only when a cancelled run is not to start another step.
  const kept = row.cancel_requested && entry.step?.state === 'running';
  if (!row.applied && !kept) return { owned: false };
  return { owned: true, cancelRequested: row.cancel_requested, stepStartedAt: row.started_at };
}

function toClaimed(row: ClaimRow, steps: readonly RunStep[]): ClaimedRun {
  const { id, workflow, version, digest, inputs, target, decision, fence } = row;
  const run: Run = {
    ...{ id, workflow, version, digest, inputs, target, decision, fence },
    ...{ state: 'running', reason: null, outputs: null, finishedAt: null },
    dryRun: row.dry_run,
    ...{ requestedBy: row.requested_by, createdAt: row.created_at, startedAt: row.started_at },
  };
  return {
    run,
    steps: steps.filter((step) => step.runId === id),
    cancelRequested: row.cancel_requested_by !== null,
    remainingMs: Math.max(0, Number(row.remaining_ms)),
  };
}

function toStep(row: StepRow): RunStep {
  const { index, name, action, state, attempt, outputs, error } = row;
  return {
    ...{ runId: row.run_id, index, name, action, state, attempt, outputs, error },
    ...{ startedAt: row.started_at, finishedAt: row.finished_at },
  };
}
