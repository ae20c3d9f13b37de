import type { Decision } from '../../policy/index.js';
import type { RunState } from './run.state.js';
import type { StepState } from './step.state.js';

/** Why a run is where it is, in words that say what is known. */
export type RunReasonCode =
  | 'STEP_FAILED'
  | 'PACKAGE_REFUSED' // the stored package no longer verifies
  | 'POLICY_DENIED' // policy no longer allows it
  | 'OUTPUTS_FAILED' // the steps succeeded, the run's outputs could not be computed
  | 'RUN_TIMEOUT'
  | 'QUEUE_TIMEOUT'
  | 'CANCELLED'
  | 'WORKER_SHUTDOWN'
  | 'WORKER_LOST' // several workers were lost while they had this run: nobody tries again by itself
  | 'OUTCOME_UNKNOWN'; // a step may or may not have had its effect, and must not be repeated blindly

export interface RunReason {
  readonly code: RunReasonCode;
  readonly message: string;
}

export interface StepFailure {
  readonly code: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** A run as it is stored and shown. Times are the database's. */
export interface Run {
  readonly id: string;
  readonly workflow: string;
  readonly version: string;
  readonly digest: string;
  /** Plans every step against the live target and changes nothing; a step's outputs are then its plan. */
  readonly dryRun: boolean;
  readonly state: RunState;
  readonly reason: RunReason | null;
  readonly inputs: JsonObject;
  readonly target: string | null;
  readonly outputs: JsonObject | null;
  readonly decision: Decision;
  readonly requestedBy: string;
  /** How often a worker took the run; more than once means that a worker was lost or shut down. */
  readonly fence: number;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

export interface RunStep {
  readonly runId: string;
  readonly index: number;
  readonly name: string;
  readonly action: string;
  readonly state: StepState;
  readonly attempt: number;
  readonly outputs: JsonObject | null;
  readonly error: StepFailure | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

export interface NewRun {
  readonly id: string;
  readonly workflow: string;
  readonly version: string;
  readonly digest: string;
  readonly dryRun: boolean;
  readonly inputs: JsonObject;
  readonly target: string | null;
  readonly decision: Decision;
  readonly requestedBy: string;
  readonly idempotencyKey: string;
  /** SHA-256 of what was asked for: the same key with another hash is a mistake of the caller. */
  readonly requestHash: Buffer;
  readonly timeoutMs: number;
  readonly queueTimeoutMs: number;
  readonly steps: readonly { readonly name: string; readonly action: string }[];
}
