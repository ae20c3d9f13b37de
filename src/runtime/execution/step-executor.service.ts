import { setTimeout as sleep } from 'node:timers/promises';

import { Injectable, Logger } from '@nestjs/common';

import {
  type ActionDescriptor,
  type ExpressionScope as Scope,
  resolveValue,
  type Step,
  validateActionInput,
} from '../../wpk/index.js';
import { ActionRegistry, type RegisteredAction } from '../adapters/action.registry.js';
import type { Action, Execution } from '../adapters/adapter.js';
import { StepError } from '../adapters/step.error.js';
import { RuntimeMetrics } from '../metrics/runtime.metrics.js';
import { EVERY_NAMESPACE } from '../runs/declared-namespaces.js';
import type { RunStep, StepFailure } from '../runs/run.js';
import type { RunEventBody } from '../runs/run-event.js';
import { backoffMs } from './backoff.js';
import type { StepChange } from './run-journal.js';
import type { RunSession } from './run-session.js';
import { attempt } from './step-attempt.js';

/** Bytes of JSON that one step may hand on. */
const OUTPUTS_LIMIT = 1024 * 1024;

/** One step of a run that this worker owns. `prior` is what an earlier owner of the run recorded. */
export interface StepWork {
  readonly session: RunSession;
  readonly index: number;
  readonly step: Step;
  readonly prior: RunStep | undefined;
  readonly scope: Scope;
  /** Where the package says that it acts; `*` is everywhere. */
  readonly namespaces: readonly string[];
}

/** The end of a step, not yet written: whoever takes it may write it together with what follows. */
export interface SettledStep {
  readonly change: StepChange;
  readonly event: RunEventBody;
  readonly error?: StepError;
}

/** Executes one step: attempts, each durable before its effect begins, until one succeeds or no more may help. */
@Injectable()
export class StepExecutor {
  private readonly logger = new Logger(StepExecutor.name);

  constructor(
    private readonly actions: ActionRegistry,
    private readonly metrics: RuntimeMetrics,
  ) {}

  /** Rejects with RunLostError only; every failure of the step itself is an answer. */
  async settle(work: StepWork): Promise<SettledStep> {
    const before = work.prior?.attempt ?? 0;
    const registered = this.actions.find(work.step.uses);
    if (!registered) {
      return failed(work, before, new StepError('STEP.REJECTED', `This worker has no action ${work.step.uses}.`));
    }
    if (work.prior?.state === 'running' || work.prior?.state === 'unknown') {
      const unresolved = await this.resolveUnknown(work, registered, before);
      if (unresolved) return unresolved;
    }
    let input;
    try {
      input = resolveInput(work.step, work.scope);
    } catch (cause) {
      const error = StepError.from(cause);
      return work.session.run.dryRun ? unplanned(work, error) : failed(work, before, error);
    }
    const outside = outsideDeclared(work, input);
    return outside ? failed(work, before, outside) : this.attempts(work, registered, input, before);
  }

  /** A worker died between the effect and its record. What the action's effect class allows is done again; nothing else is. */
  private async resolveUnknown(
    work: StepWork,
    { descriptor }: RegisteredAction,
    attemptNumber: number,
  ): Promise<SettledStep | undefined> {
    const { index, step, session } = work;
    if (work.prior?.state === 'running') {
      const change = { index, state: 'unknown', attempt: attemptNumber } as const;
      await session.write({ step: change }, stepEvent(work, change));
    }
    if (isRepeatable(work, descriptor)) return undefined;
    const error = new StepError(
      'STEP.OUTCOME_UNKNOWN',
      `A worker was lost during ${step.uses}; whether it had its effect is not known.`,
    );
    return settled(work, { index, state: 'unknown', attempt: attemptNumber, error: toFailure(error) }, error);
  }

  private async attempts(
    work: StepWork,
    registered: RegisteredAction,
    input: Readonly<Record<string, unknown>>,
    before: number,
  ): Promise<SettledStep> {
    const { session, step } = work;
    // An attempt that was cut off by the loss of its worker does not count against the step's retries.
    let failures = work.prior?.state === 'pending' ? before : Math.max(0, before - 1);
    for (let number = before + 1; ; number++) {
      const outcome = await this.attemptOnce(work, registered, input, number);
      if (outcome === undefined) return stopped(work, number - 1);
      if (!(outcome instanceof StepError)) return done(work, number, outcome);
      failures += 1;
      if (isUnknown(work, registered, outcome)) return unknown(work, number, outcome);
      if (session.isStopping()) return stopped(work, number, outcome);
      if (failures > step.retry.limit || !isRetried(step, outcome)) return failed(work, number, outcome);
      await this.pause(work, number, outcome, backoffMs(step.retry.backoff, failures, outcome.retryAfterMs));
      if (session.isStopping()) return stopped(work, number, outcome);
    }
  }

  /** Undefined when the run had to stop before the attempt began. */
  private async attemptOnce(
    work: StepWork,
    { action, descriptor }: RegisteredAction,
    input: Readonly<Record<string, unknown>>,
    number: number,
  ): Promise<Execution | StepError | undefined> {
    const { session, step, index } = work;
    const change = { index, state: 'running', attempt: number } as const;
    // Durable before the effect: if this worker dies now, its successor knows that something may have happened.
    const answer = await session.write({ step: change }, stepEvent(work, change));
    if (session.isStopping()) return undefined;
    const ended = this.metrics.startStep(step.uses);
    try {
      const context = {
        ...{ runId: session.run.id, stepName: step.name, effectKey: `${session.run.id}/${step.name}` },
        startedAt: answer.stepStartedAt ?? session.run.createdAt,
        log: (line: string) => session.log(index, step.name, line),
      };
      const execution = await attempt({
        action: session.run.dryRun ? planning(action) : action,
        input,
        timeoutMs: step.timeoutMs,
        runSignal: session.signal,
        context,
      });
      ended('succeeded');
      return execution;
    } catch (cause) {
      const error = StepError.from(cause);
      ended('failed');
      this.logger.warn({
        msg: 'An attempt of a step failed.',
        err: error,
        runId: session.run.id,
        step: step.name,
        attempt: number,
        effect: descriptor.effect,
      });
      return error;
    }
  }

  private async pause(work: StepWork, number: number, error: StepError, waitMs: number): Promise<void> {
    const change = { index: work.index, state: 'pending', attempt: number, error: toFailure(error) } as const;
    await work.session.write({ step: change }, stepEvent(work, change, waitMs));
    await sleep(waitMs, undefined, { signal: work.session.signal }).catch(() => undefined);
  }
}

function resolveInput(step: Step, scope: Scope): Readonly<Record<string, unknown>> {
  let input: unknown;
  try {
    input = resolveValue(step.with, scope);
  } catch (cause) {
    throw new StepError(
      'STEP.EXPRESSION_FAILED',
      `An expression of the step failed: ${cause instanceof Error ? cause.message : 'unknown'}`,
      { cause },
    );
  }
  const problems = validateActionInput(step.uses, input);
  if (problems.length > 0) {
    const places = problems.map((p) => `${p.pointer}: ${p.detail}`).join('; ');
    throw new StepError('STEP.INPUT_INVALID', `The resolved input does not fit ${step.uses}: ${places}`);
  }
  return input as Readonly<Record<string, unknown>>;
}

/** A run is held to the namespaces that its package declares, whatever its inputs and earlier outputs say. */
function outsideDeclared({ namespaces }: StepWork, input: Readonly<Record<string, unknown>>): StepError | undefined {
  const namespace = input['namespace'];
  if (typeof namespace !== 'string' || namespaces.includes(EVERY_NAMESPACE) || namespaces.includes(namespace)) {
    return undefined;
  }
  const message = `The package declares no permission in the namespace ${namespace}; spec.permissions must name it.`;
  return new StepError('STEP.FORBIDDEN', message);
}

function isRetried(step: Step, error: StepError): boolean {
  if (error.code === 'STEP.TIMED_OUT') return step.retry.on.includes('timeout') || step.retry.on.includes('failure');
  if (error.code === 'STEP.INPUT_INVALID' || error.code === 'STEP.EXPRESSION_FAILED') return false;
  return step.retry.on.includes('failure') || (error.transient && step.retry.on.includes('transient'));
}

/** An attempt that ended without an answer may have had its effect; only what is repeatable may then be repeated. */
function isUnknown(work: StepWork, { descriptor }: RegisteredAction, { code }: StepError): boolean {
  const unanswered = code === 'STEP.TIMED_OUT' || code === 'STEP.CANCELLED' || code === 'STEP.UNEXPECTED';
  return unanswered && !isRepeatable(work, descriptor);
}

/** A dry-run only reads, whatever the action. */
function isRepeatable({ session }: StepWork, { effect }: ActionDescriptor): boolean {
  return session.run.dryRun || effect === 'read' || effect === 'idempotent';
}

/** In a dry-run every action only plans; its plan is what the step hands on. */
function planning(action: Action): Pick<Action, 'execute'> {
  return { execute: async (input, context) => ({ outputs: { plan: await action.plan(input, context) } }) };
}

/** A step that needs what an earlier one would have found out cannot be planned before that one really ran. */
export function unplanned(work: StepWork, error: StepError): SettledStep {
  const plan = {
    changes: [],
    permissions: [],
    unsimulated: `Cannot be planned before the steps that it depends on: ${error.message}`,
  };
  return settled(work, { index: work.index, state: 'skipped', attempt: 0, outputs: { plan } });
}

/** The effect has happened: whatever is wrong with the outputs, the step is not tried again. */
function done(work: StepWork, number: number, { outputs, before }: Execution): SettledStep {
  const problem = outputsProblem(outputs);
  if (problem !== undefined) return failed(work, number, new StepError('STEP.REJECTED', problem));
  return settled(work, { index: work.index, state: 'succeeded', attempt: number, outputs, ...(before && { before }) });
}

function outputsProblem(outputs: Execution['outputs']): string | undefined {
  try {
    const size = Buffer.byteLength(JSON.stringify(outputs));
    if (size <= OUTPUTS_LIMIT) return undefined;
    return `The outputs take ${size} bytes; a step may hand on ${OUTPUTS_LIMIT}. Narrow what it reads.`;
  } catch {
    return 'The outputs cannot be written as JSON.';
  }
}

function failed(work: StepWork, number: number, error: StepError): SettledStep {
  return settled(work, { index: work.index, state: 'failed', attempt: number, error: toFailure(error) }, error);
}

function stopped(
  work: StepWork,
  number: number,
  error = new StepError('STEP.CANCELLED', 'The run was stopped before the step was done.'),
): SettledStep {
  return settled(work, { index: work.index, state: 'cancelled', attempt: number, error: toFailure(error) }, error);
}

function unknown(work: StepWork, number: number, cause: StepError): SettledStep {
  const error = new StepError(
    'STEP.OUTCOME_UNKNOWN',
    `${work.step.uses} ended without an answer; whether it had its effect is not known.`,
    { cause },
  );
  return settled(work, { index: work.index, state: 'unknown', attempt: number, error: toFailure(error) }, error);
}

function settled(work: StepWork, change: StepChange, error?: StepError): SettledStep {
  return { change, event: stepEvent(work, change), ...(error && { error }) };
}

export function stepEvent(
  { step }: { readonly step: Pick<Step, 'name'> },
  change: StepChange,
  retryInMs?: number,
): RunEventBody {
  const { index, state, attempt: number, error } = change;
  const data = {
    step: step.name,
    state,
    attempt: number,
    ...(error && { error }),
    ...(retryInMs !== undefined && { retryInMs }),
  };
  return { type: 'step', stepIndex: index, data };
}

function toFailure({ code, message, details }: StepError): StepFailure {
  return { code, message, ...(details && { details }) };
}
