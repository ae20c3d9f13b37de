import {
  Check,
  Column,
  CreateDateColumn,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  type Relation,
} from 'typeorm';

import type { Decision } from '../../policy/index.js';
import type { JsonObject, RunReason, StepFailure } from './run.js';
import { RUN_STATES, type RunState } from './run.state.js';
import { STEP_STATES, type StepState } from './step.state.js';

const oneOf = (states: readonly string[]): string => `state IN (${states.map((s) => `'${s}'`).join(', ')})`;

/** A row of `run`: the truth about one run. The queue only says when to look at it. */
@Entity('run')
@Check('run_state_check', oneOf(RUN_STATES.states))
@Index('run_idempotency_key', ['requestedBy', 'idempotencyKey'], { unique: true })
@Index('run_open_idx', ['state', 'enqueuedAt'], { where: `state IN ('queued', 'running')` })
@Index('run_workflow_idx', ['workflow', 'id'])
@Index('run_version_idx', ['workflow', 'version', 'id'])
@Index('run_dry_run_idx', ['digest'], { where: `dry_run AND state = 'succeeded'` })
export class RunEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'run_pkey' })
  id!: string;

  @Column('text')
  workflow!: string;

  @Column('text')
  version!: string;

  @Column('text')
  digest!: string;

  @Column('boolean', { name: 'dry_run', default: false })
  dryRun!: boolean;

  @Column('text', { default: 'queued' })
  state!: RunState;

  @Column('jsonb', { nullable: true })
  reason!: RunReason | null;

  @Column('jsonb')
  inputs!: JsonObject;

  @Column('text', { nullable: true })
  target!: string | null;

  @Column('jsonb', { nullable: true })
  outputs!: JsonObject | null;

  @Column('jsonb')
  decision!: Decision;

  @Column('text', { name: 'requested_by' })
  requestedBy!: string;

  @Column('text', { name: 'idempotency_key' })
  idempotencyKey!: string;

  @Column('bytea', { name: 'request_hash' })
  requestHash!: Buffer;

  /** Grows with every claim; a write that carries an older one changes nothing. */
  @Column('integer', { default: 0 })
  fence!: number;

  @Column('text', { name: 'lease_owner', nullable: true })
  leaseOwner!: string | null;

  @Column('timestamptz', { name: 'lease_until', nullable: true })
  leaseUntil!: Date | null;

  @Column('text', { name: 'cancel_requested_by', nullable: true })
  cancelRequestedBy!: string | null;

  @Column('integer', { name: 'timeout_ms' })
  timeoutMs!: number;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  /** When the queue was last told of this run. */
  @Column('timestamptz', { name: 'enqueued_at', default: () => 'now()' })
  enqueuedAt!: Date;

  @Column('timestamptz', { name: 'queue_deadline' })
  queueDeadline!: Date;

  @Column('timestamptz', { name: 'started_at', nullable: true })
  startedAt!: Date | null;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;
}

@Entity('run_step')
@Check('run_step_state_check', oneOf(STEP_STATES.states))
export class RunStepEntity {
  @PrimaryColumn('uuid', { name: 'run_id', primaryKeyConstraintName: 'run_step_pkey' })
  runId!: string;

  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'run_step_pkey' })
  index!: number;

  @ManyToOne(() => RunEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'run_id', foreignKeyConstraintName: 'run_step_run_fkey' })
  run!: Relation<RunEntity>;

  @Column('text')
  name!: string;

  @Column('text')
  action!: string;

  @Column('text', { default: 'pending' })
  state!: StepState;

  @Column('integer', { default: 0 })
  attempt!: number;

  @Column('jsonb', { nullable: true })
  outputs!: JsonObject | null;

  /** What the step changed, as it was before: what an undo restores. */
  @Column('jsonb', { nullable: true })
  before!: JsonObject | null;

  @Column('jsonb', { nullable: true })
  error!: StepFailure | null;

  @Column('timestamptz', { name: 'started_at', nullable: true })
  startedAt!: Date | null;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;
}

@Entity('run_event')
@Check('run_event_type_check', `type IN ('run', 'step', 'log')`)
export class RunEventEntity {
  @PrimaryColumn('uuid', { name: 'run_id', primaryKeyConstraintName: 'run_event_pkey' })
  runId!: string;

  /** The driver answers a bigint as text. */
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'run_event_pkey' })
  seq!: string;

  @ManyToOne(() => RunEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'run_id', foreignKeyConstraintName: 'run_event_run_fkey' })
  run!: Relation<RunEntity>;

  @CreateDateColumn({ type: 'timestamptz' })
  at!: Date;

  @Column('text')
  type!: 'run' | 'step' | 'log';

  @Column('smallint', { name: 'step_index', nullable: true })
  stepIndex!: number | null;

  @Column('jsonb')
  data!: JsonObject;
}
