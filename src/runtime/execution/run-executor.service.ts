import { Injectable, Logger } from '@nestjs/common';

import { PolicyService } from '../../policy/index.js';
import { RegistryError, type VerifiedPackage, WorkflowCatalog } from '../../registry/index.js';
import {
  compileExpression,
  expressionOf,
  type ExpressionScope as Scope,
  type PackageSpec,
  resolveValue,
  type Step,
} from '../../wpk/index.js';
import { StepError } from '../adapters/step.error.js';
import { RuntimeMetrics } from '../metrics/runtime.metrics.js';
import { declaredNamespaces } from '../runs/declared-namespaces.js';
import type { JsonObject, RunReason, RunStep } from '../runs/run.js';
import type { RunEventBody } from '../runs/run-event.js';
import { mayRun, runFacts } from '../runs/run-facts.js';
import { LeaseKeeper } from './lease-keeper.service.js';
import { type ClaimedRun, type RunChange, RunJournal, type StepChange } from './run-journal.js';
import { RunLostError, type RunSession } from './run-session.js';
import { type SettledStep, stepEvent, StepExecutor, type StepWork, unplanned } from './step-executor.service.js';

/** What later expressions may see of a step. */
type StepView = { readonly outputs: JsonObject; readonly state: string };

/** What may be executed: the verified package's own words, and where it may act. */
interface Admitted {
  readonly spec: PackageSpec;
  readonly namespaces: readonly string[];
}

/** Takes one run from its claim to its end, or to the moment in which somebody else owns it. */
@Injectable()
export class RunExecutor {
  private readonly logger = new Logger(RunExecutor.name);

  constructor(
    private readonly journal: RunJournal,
    private readonly leases: LeaseKeeper,
    private readonly catalog: WorkflowCatalog,
    private readonly policy: PolicyService,
    private readonly steps: StepExecutor,
    private readonly metrics: RuntimeMetrics,
  ) {}

  /**
   * Does nothing when another worker owns the run or it has ended. An error that is nobody's answer (the database is away
   * for longer than the lease) is thrown; the run is then taken up again when its lease is over.
   */
  async execute(runId: string): Promise<void> {
    const claimed = await this.journal.claim(runId);
    if (!claimed) return;
    const session = this.leases.open(claimed);
    const finished = this.metrics.startRun(claimed.run.workflow);
    try {
      const stillVouchedFor = () => this.refusalOf(session);
      finished(await new RunProgress(session, this.steps, claimed, stillVouchedFor).through(await this.admit(session)));
    } catch (error) {
      finished(undefined);
      if (!(error instanceof RunLostError)) throw error;
      this.logger.warn({ msg: 'The run was lost to another worker or had ended.', runId });
    } finally {
      this.leases.close(session);
    }
  }

  /** Trusts nothing from the time of the request: bytes, signature and policy are looked at again, now. */
  private async admit(session: RunSession): Promise<Admitted | RunReason> {
    const { run } = session;
    const { inputs, target } = run;
    const verified = await this.open(session);
    if ('code' in verified) return verified;
    // Whether a dry-run was needed was settled when the run was requested, and a dry-run is never taken back.
    const namespaces = declaredNamespaces(verified.package.spec, inputs, target);
    const decision = await this.policy.decide(runFacts(verified, true, namespaces));
    if (mayRun(decision, run.dryRun)) return { spec: verified.package.spec, namespaces };
    const reasons = decision.reasons.map((reason) => reason.message).join(' ');
    return { code: 'POLICY_DENIED', message: `Policy does not allow this run any more: ${reasons}` };
  }

  /** Asked before every later step: a key or a version that was revoked meanwhile stops the run. */
  private async refusalOf(session: RunSession): Promise<RunReason | undefined> {
    const verified = await this.open(session);
    return 'code' in verified ? verified : undefined;
  }

  private async open(session: RunSession): Promise<VerifiedPackage | RunReason> {
    const { workflow: name, version, digest } = session.run;
    try {
      return await session.ask(() => this.catalog.open({ name, version, digest }));
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      return { code: 'PACKAGE_REFUSED', message: `The stored package is refused (${error.code}): ${error.message}` };
    }
  }
}

/** The steps of one claimed run, one after the other. */
class RunProgress {
  private readonly views: Record<string, StepView> = {};

  constructor(
    private readonly session: RunSession,
    private readonly steps: StepExecutor,
    private readonly claimed: ClaimedRun,
    private readonly refusal: () => Promise<RunReason | undefined>,
  ) {}

  async through(admitted: Admitted | RunReason): Promise<RunChange> {
    if ('code' in admitted) return this.end({ state: 'failed', reason: admitted });
    const { spec, namespaces } = admitted;
    let last: SettledStep | undefined;
    for (const [index, step] of spec.steps.entries()) {
      if (this.recall(step, this.claimed.steps[index])) continue;
      const stop = this.interruption();
      if (stop) return this.end(stop, last);
      if (last) {
        // A step's end is durable before the next one starts; the last one's is written together with the run's.
        const [refusal] = await Promise.all([this.refusal(), this.session.write({ step: last.change }, last.event)]);
        if (refusal) return this.end({ state: 'failed', reason: refusal });
      }
      last = await this.next(index, step, namespaces);
      const end = this.endAfter(step, last);
      if (end) return this.end(end, last);
    }
    return this.end(this.success(spec.outputs), last);
  }

  /** An earlier owner of the run finished this step: it is never started again. */
  private recall(step: Step, prior: RunStep | undefined): boolean {
    if (prior?.state !== 'succeeded' && prior?.state !== 'skipped' && prior?.state !== 'failed') return false;
    this.views[step.name] = { outputs: prior.outputs ?? {}, state: prior.state };
    return true;
  }

  private async next(index: number, step: Step, namespaces: readonly string[]): Promise<SettledStep> {
    const work = {
      session: this.session,
      index,
      step,
      prior: this.claimed.steps[index],
      scope: this.scope(),
      namespaces,
    };
    const settled = await this.settle(work);
    this.views[step.name] = { outputs: settled.change.outputs ?? {}, state: settled.change.state };
    return settled;
  }

  private async settle(work: StepWork): Promise<SettledStep> {
    const verdict = isWanted(work.step, work.scope);
    if (verdict === true) return this.steps.settle(work);
    if (verdict !== false && this.session.run.dryRun) return unplanned(work, verdict);
    const attempt = work.prior?.attempt ?? 0;
    const change: StepChange =
      verdict === false
        ? { index: work.index, state: 'skipped', attempt }
        : { index: work.index, state: 'failed', attempt, error: { code: verdict.code, message: verdict.message } };
    return { change, event: stepEvent(work, change), ...(verdict instanceof StepError && { error: verdict }) };
  }

  /** Why the run ends with this step, if it does. */
  private endAfter(step: Step, { change, error }: SettledStep): RunChange | undefined {
    if (change.state === 'succeeded' || change.state === 'skipped') return undefined;
    const message = `Step ${step.name}: ${error?.message ?? change.state}`;
    if (change.state === 'unknown') return { state: 'needs_attention', reason: { code: 'OUTCOME_UNKNOWN', message } };
    const interruption = this.interruption();
    if (interruption ?? step.continueOnError) return interruption;
    return { state: 'failed', reason: { code: 'STEP_FAILED', message } };
  }

  private interruption(): RunChange | undefined {
    switch (this.session.interruption) {
      case undefined:
        return undefined;
      case 'cancelled':
        return { state: 'cancelled', reason: { code: 'CANCELLED', message: 'Cancelled while it was running.' } };
      case 'timed_out':
        return { state: 'timed_out', reason: { code: 'RUN_TIMEOUT', message: 'The run took longer than it may.' } };
      case 'shutdown':
        return {
          state: 'queued',
          reason: { code: 'WORKER_SHUTDOWN', message: 'The worker was shut down; another one goes on.' },
        };
      case 'lost':
        throw new RunLostError(`run ${this.session.run.id} is lost`);
    }
  }

  private success(outputs: JsonObject): RunChange {
    // A dry-run has plans where a live run has results: there is nothing to compute outputs from.
    if (this.session.run.dryRun) return { state: 'succeeded' };
    try {
      return { state: 'succeeded', outputs: resolveValue(outputs, this.scope()) as JsonObject };
    } catch (error) {
      const message = `The outputs could not be computed: ${error instanceof Error ? error.message : 'unknown'}`;
      return { state: 'failed', reason: { code: 'OUTPUTS_FAILED', message } };
    }
  }

  private scope(): Scope {
    const { id, workflow, version, inputs, target } = this.session.run;
    return { inputs, steps: this.views, run: { id, workflow, version }, target };
  }

  private async end(run: RunChange, last?: SettledStep): Promise<RunChange> {
    const event: RunEventBody = { type: 'run', data: { state: run.state, ...(run.reason && { reason: run.reason }) } };
    // A step that a shutdown cut off stays as it is: its next owner resolves it by its effect class.
    const step = run.state === 'queued' && last?.change.state === 'cancelled' ? undefined : last;
    await this.session.write({ run, ...(step && { step: step.change }) }, ...(step ? [step.event] : []), event);
    return run;
  }
}

/** The step's `if`: true without one. */
function isWanted(step: Step, scope: Scope): boolean | StepError {
  const source = step.if === undefined ? undefined : expressionOf(step.if);
  if (source === undefined) return true;
  try {
    const answer = compileExpression(source).evaluate(scope);
    return typeof answer === 'boolean'
      ? answer
      : new StepError('STEP.EXPRESSION_FAILED', '`if` must be true or false.');
  } catch (cause) {
    return new StepError(
      'STEP.EXPRESSION_FAILED',
      `\`if\` failed: ${cause instanceof Error ? cause.message : 'unknown'}`,
      { cause },
    );
  }
}
