import type { FieldChange } from '../../wpk/index.js';

/** What an action may know of the step that it serves. */
export interface StepContext {
  readonly runId: string;
  readonly stepName: string;
  /** Same for every attempt of one step of one run: names and timestamps that must repeat are derived from it. */
  readonly effectKey: string;
  /** Database time of the step's first attempt, so that a repeated attempt can send the same timestamp. */
  readonly startedAt: Date;
  /** Raised when the attempt times out, the run is cancelled or the worker lost the run: stop, and do not start an effect. */
  readonly signal: AbortSignal;
  /** One line of the run's live log. */
  log(line: string): void;
}

/** One object that a step would touch, as `plan` found it. */
export interface PlannedChange {
  readonly object: ObjectRef;
  readonly operation: 'create' | 'update' | 'delete' | 'none';
  /** Only the fields that differ. */
  readonly fields: readonly FieldChange[];
}

export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** What a step would do. `unsimulated` says in words what could not be tried in a dry run. */
export interface Plan {
  readonly changes: readonly PlannedChange[];
  readonly permissions: readonly PermissionCheck[];
  readonly unsimulated?: string;
}

/** The answer of a SelfSubjectAccessReview for one verb that the step needs. */
export interface PermissionCheck {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly allowed: boolean;
}

/** The fields of one object as they were before a mutating step; `undo` restores just these. */
export interface BeforeImage {
  readonly object: ObjectRef;
  /** Identity of the object that was changed: undo never touches a namesake. */
  readonly uid: string;
  readonly fields: readonly FieldChange[];
}

export interface Execution {
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Absent when nothing was changed. */
  readonly before?: BeforeImage;
}

/**
 * One `family/verb` of the action catalogue, done against the real thing. Input has passed the action's schema.
 * Every method rejects with {@link StepError} only, and soon after `context.signal` is raised.
 */
export interface Action<Input = Readonly<Record<string, unknown>>> {
  readonly name: string;
  /** Reads only. */
  plan(input: Input, context: StepContext): Promise<Plan>;
  execute(input: Input, context: StepContext): Promise<Execution>;
  /** Restores `before`, unless somebody else changed those fields since: then rejects with `STEP.CONFLICT`. */
  undo(before: BeforeImage, context: StepContext): Promise<void>;
}
