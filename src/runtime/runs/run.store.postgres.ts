import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, type Repository } from 'typeorm';
import { validate as isUuid } from 'uuid';

import { BatchLane } from '../../platform/database/batch-lane.js';
import { Database } from '../../platform/database/database.js';
import { toStorableJson } from '../../platform/database/json.js';
import { decodeCursor, type Page, type PageQuery, toPage } from '../../platform/http/cursor.js';
import { RuntimeError } from '../runtime.error.js';
import { RunEntity, RunEventEntity, RunStepEntity } from './run.entity.js';
import type { NewRun, Run, RunStep } from './run.js';
import { CANCEL_RUN, HISTORY_OF_VERSION, HISTORY_OF_WORKFLOW, SUBMIT_RUNS } from './run.sql.js';
import {
  LAST_AMONG,
  MAX_COUNTED,
  type RunFilter,
  type RunHistory,
  type RunRequestKey,
  RunStore,
  type SubmittedRun,
} from './run.store.js';
import type { RunEvent } from './run-event.js';
import { lowestId } from './run-id.js';

@Injectable()
export class PostgresRunStore extends RunStore {
  /** Requests that arrive together share a commit. */
  private readonly submissions = new BatchLane<NewRun, Date | undefined>((runs) => this.insert(runs), 100);

  constructor(
    @InjectRepository(RunEntity) private readonly runs: Repository<RunEntity>,
    @InjectRepository(RunStepEntity) private readonly runSteps: Repository<RunStepEntity>,
    @InjectRepository(RunEventEntity) private readonly runEvents: Repository<RunEventEntity>,
    private readonly database: Database,
  ) {
    super();
  }

  async submit(run: NewRun): Promise<SubmittedRun> {
    const createdAt = await this.submissions.add(run);
    if (createdAt) return { run: toNewlyQueued(run, createdAt), replayed: false };
    const started = await this.findStarted(run);
    if (!started) throw new Error(`run ${run.id} was neither inserted nor found by its key`);
    return { run: started, replayed: true };
  }

  async findStarted({ requestedBy, idempotencyKey, requestHash }: RunRequestKey): Promise<Run | undefined> {
    const row = await this.runs.findOneBy({ requestedBy, idempotencyKey });
    if (!row || row.requestHash.equals(requestHash)) return row ? toRun(row) : undefined;
    throw new RuntimeError(
      'idempotency-key-reused',
      `This key started run ${row.id} with another request; choose a new key.`,
    );
  }

  async find(id: string): Promise<Run | undefined> {
    const row = await this.runs.findOneBy({ id });
    return row ? toRun(row) : undefined;
  }

  async list(filter: RunFilter, page: PageQuery): Promise<Page<Run>> {
    const before = page.cursor === undefined ? undefined : decodeCursor(page.cursor, isUuid)[0];
    const rows = await this.runs.find({
      // Ids are UUIDv7: their order is the order of creation.
      where: { ...filter, ...(before !== undefined && { id: LessThan(before) }) },
      order: { id: 'DESC' },
      take: page.limit + 1,
    });
    return toPage(rows, page.limit, (row) => [row.id], toRun);
  }

  async history({ workflow, version }: { workflow: string; version?: string }, since: Date): Promise<RunHistory> {
    type Row = { counts: RunHistory['counts']; countedSince: Date | null; lastId: string | null };
    const bounds = [lowestId(since), MAX_COUNTED, LAST_AMONG];
    const [row] = await (version === undefined
      ? this.database.query<Row>(HISTORY_OF_WORKFLOW, [workflow, ...bounds])
      : this.database.query<Row>(HISTORY_OF_VERSION, [workflow, version, ...bounds]));
    const { counts = {}, countedSince = null, lastId = null } = row ?? {};
    const last = lastId === null ? undefined : await this.find(lastId);
    return { counts, last: last ?? null, since: countedSince ?? since };
  }

  hasRuns(workflow: string, version: string): Promise<boolean> {
    return this.runs.existsBy({ workflow, version });
  }

  hasDryRun(digest: string): Promise<boolean> {
    return this.runs.existsBy({ digest, dryRun: true, state: 'succeeded' });
  }

  async steps(runId: string): Promise<RunStep[]> {
    const rows = await this.runSteps.find({ where: { runId }, order: { index: 'ASC' } });
    return rows.map(toStep);
  }

  async events(runId: string, afterSeq: number, limit: number): Promise<RunEvent[]> {
    const rows = await this.runEvents
      .createQueryBuilder('event')
      .where('event.runId = :runId AND event.seq > :afterSeq', { runId, afterSeq })
      .orderBy('event.seq')
      .take(limit)
      .getMany();
    return rows.map(toEvent);
  }

  async cancel(id: string, requestedBy: string): Promise<Run | undefined> {
    await this.database.query(CANCEL_RUN, [id, requestedBy]);
    return this.find(id);
  }

  private async insert(runs: readonly NewRun[]): Promise<(Date | undefined)[]> {
    const rows = await this.database.query<{ id: string; created_at: Date }>(SUBMIT_RUNS, [
      toStorableJson(runs.map(toInsert)),
    ]);
    const created = new Map(rows.map((row) => [row.id, row.created_at]));
    return runs.map((run) => created.get(run.id));
  }
}

function toInsert(run: NewRun): Record<string, unknown> {
  const { dryRun, requestedBy, idempotencyKey, requestHash, timeoutMs, queueTimeoutMs, ...same } = run;
  return {
    ...same,
    dry_run: dryRun,
    requested_by: requestedBy,
    idempotency_key: idempotencyKey,
    request_hash: requestHash.toString('hex'),
    timeout_ms: timeoutMs,
    queue_timeout_ms: queueTimeoutMs,
  };
}

/** What the INSERT has just stored; saves reading it back. */
function toNewlyQueued(run: NewRun, createdAt: Date): Run {
  const { id, workflow, version, digest, dryRun, inputs, target, decision, requestedBy } = run;
  const unset = { reason: null, outputs: null, startedAt: null, finishedAt: null };
  return {
    ...{ id, workflow, version, digest, dryRun, inputs, target, decision, requestedBy, createdAt },
    ...unset,
    state: 'queued',
    fence: 0,
  };
}

function toRun(row: RunEntity): Run {
  const { id, workflow, version, digest, dryRun, state, reason, inputs, target, outputs, decision, requestedBy } = row;
  const { fence, createdAt, startedAt, finishedAt } = row;
  return {
    ...{ id, workflow, version, digest, dryRun, state, reason, inputs, target, outputs, decision, requestedBy },
    ...{ fence, createdAt, startedAt, finishedAt },
  };
}

function toStep(row: RunStepEntity): RunStep {
  const { runId, index, name, action, state, attempt, outputs, error, startedAt, finishedAt } = row;
  return { runId, index, name, action, state, attempt, outputs, error, startedAt, finishedAt };
}

function toEvent(row: RunEventEntity): RunEvent {
  const { seq, at, type, stepIndex, data } = row;
  return { seq: Number(seq), at, type, ...(stepIndex !== null && { stepIndex }), data } as unknown as RunEvent;
}
