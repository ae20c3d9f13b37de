import {
  type ClaimedRun,
  type DueRun,
  type Heartbeat,
  type JournalAnswer,
  type JournalEntry,
  type RunChange,
  RunJournal,
  type StepChange,
} from '../../src/runtime/execution/run-journal.js';
import type { RunReason } from '../../src/runtime/runs/run.js';
import { isEnded, RUN_STATES, type RunState } from '../../src/runtime/runs/run.state.js';
import { eventSeq } from '../../src/runtime/runs/run-event.js';
import { STEP_STATES, type StepState } from '../../src/runtime/runs/step.state.js';
import { type RunRow, RunRows } from './fake-run.rows.js';

const isFinal = (state: StepState): boolean => STEP_STATES.ends.has(state);

/** In memory, with the guards of the journal on PostgreSQL; held to the same contract. */
export class FakeRunJournal extends RunJournal {
  constructor(
    private readonly table = new RunRows(),
    private readonly leaseMs = 60_000,
  ) {
    super();
  }

  claim(runId: string): Promise<ClaimedRun | undefined> {
    const row = this.table.rows.get(runId);
    if (!row || !(row.run.state === 'queued' || this.isAbandoned(row))) return Promise.resolve(undefined);
    const { run } = row;
    const now = this.table.date();
    Object.assign(run, { state: 'running', fence: run.fence + 1, reason: null, startedAt: run.startedAt ?? now });
    row.leaseUntil = this.table.now() + this.leaseMs;
    this.table.record(row, { type: 'run', seq: eventSeq(run.fence, 0), data: { state: 'running' } });
    return Promise.resolve({
      run: { ...run },
      steps: run.fence > 1 ? row.steps.map((step) => ({ ...step })) : [],
      cancelRequested: row.cancelRequestedBy !== undefined,
      remainingMs: Math.max(0, (run.startedAt ?? now).getTime() + row.asked.timeoutMs - now.getTime()),
    });
  }

  write({ runId, fence, step, run, events }: JournalEntry): Promise<JournalAnswer> {
    const row = this.table.rows.get(runId);
    // The second half: the run's end, repeated after a lost answer.
    const mine = row?.run.fence === fence && (row.run.state === 'running' || row.run.state === run?.state);
    if (!mine) return Promise.resolve({ owned: false });
    const cancelRequested = row.cancelRequestedBy !== undefined;
    const refused = step !== undefined && !this.mayBecome(row, step);
    if (refused && !(cancelRequested && step.state === 'running')) return Promise.resolve({ owned: false });
    if (step && !refused) this.changeStep(row, step);
    if (run) this.changeRun(row, run);
    for (const event of events) if (event.type !== 'step' || !refused) this.table.record(row, event);
    const stepStartedAt = step ? (row.steps[step.index]?.startedAt ?? null) : null;
    return Promise.resolve({ owned: true, cancelRequested, stepStartedAt });
  }

  heartbeat(runs: readonly { readonly runId: string; readonly fence: number }[]): Promise<Heartbeat[]> {
    const held = runs.flatMap(({ runId, fence }) => {
      const row = this.table.rows.get(runId);
      return row?.run.state === 'running' && row.run.fence === fence ? [row] : [];
    });
    for (const row of held) row.leaseUntil = this.table.now() + this.leaseMs;
    return Promise.resolve(
      held.map((row) => ({ runId: row.run.id, cancelRequested: row.cancelRequestedBy !== undefined })),
    );
  }

  takeDue(quietMs: number, limit: number): Promise<DueRun[]> {
    const now = this.table.now();
    const due = [...this.table.rows.values()]
      .filter((row) => (row.run.state === 'queued' || this.isAbandoned(row)) && row.enqueuedAt < now - quietMs)
      .slice(0, limit);
    for (const row of due) row.enqueuedAt = now;
    return Promise.resolve(due.map(({ run }) => ({ runId: run.id, fence: run.fence })));
  }

  endOverdue(maxClaims: number): Promise<{ timedOut: number; lost: number }> {
    const rows = [...this.table.rows.values()];
    const late = rows.filter(
      ({ run, queueDeadline }) => run.state === 'queued' && run.fence === 0 && queueDeadline < this.table.now(),
    );
    const lost = rows.filter((row) => this.isAbandoned(row) && row.run.fence >= maxClaims);
    for (const row of late) this.giveUp(row, 'timed_out', { code: 'QUEUE_TIMEOUT', message: 'Nobody took it.' });
    for (const row of lost) this.giveUp(row, 'needs_attention', { code: 'WORKER_LOST', message: 'Lost too often.' });
    return Promise.resolve({ timedOut: late.length, lost: lost.length });
  }

  private isAbandoned({ run, leaseUntil }: RunRow): boolean {
    return run.state === 'running' && leaseUntil < this.table.now();
  }

  private mayBecome(row: RunRow, { index, state, attempt }: StepChange): boolean {
    const step = row.steps[index];
    if (!step || (state === 'running' && row.cancelRequestedBy !== undefined)) return false;
    return STEP_STATES.allows(step.state, state) || (step.state === state && step.attempt === attempt);
  }

  private changeStep(row: RunRow, { index, state, attempt, outputs, error }: StepChange): void {
    const step = row.steps[index]!;
    const now = this.table.date();
    Object.assign(step, { state, attempt, outputs: outputs ?? null, error: error ?? null });
    if (state === 'running') step.startedAt ??= now;
    step.finishedAt = isFinal(state) ? (step.finishedAt ?? now) : null;
  }

  private changeRun(row: RunRow, { state, reason, outputs }: RunChange): void {
    if (!RUN_STATES.allows(row.run.state, state)) return;
    const now = this.table.date();
    Object.assign(row.run, { state, reason: reason ?? null, outputs: outputs ?? null });
    row.run.finishedAt = isEnded(state) ? now : null;
    if (state === 'queued') row.enqueuedAt = this.table.now();
    else this.settleSteps(row, state);
  }

  private giveUp(row: RunRow, state: 'timed_out' | 'needs_attention', reason: RunReason): void {
    Object.assign(row.run, { state, reason, fence: row.run.fence + 1, finishedAt: this.table.date() });
    this.settleSteps(row, state);
    this.table.record(row, { type: 'run', seq: eventSeq(row.run.fence, 0), data: { state, reason } });
  }

  private settleSteps(row: RunRow, end: RunState): void {
    for (const step of row.steps) {
      if (step.state === 'running') step.state = 'unknown';
      if (step.state !== 'pending' || end === 'needs_attention') continue;
      Object.assign(step, { state: end === 'cancelled' ? 'cancelled' : 'skipped', finishedAt: this.table.date() });
    }
  }
}
