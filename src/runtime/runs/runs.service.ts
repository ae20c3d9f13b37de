import { createHash } from 'node:crypto';

import { Injectable, Logger } from '@nestjs/common';
import { v7 as uuid } from 'uuid';

import type { Principal } from '../../access/index.js';
import { Config } from '../../platform/config/config.js';
import { DomainError } from '../../platform/errors/domain.error.js';
import type { Page, PageQuery } from '../../platform/http/cursor.js';
import { type Decision, PolicyService } from '../../policy/index.js';
import { RegistryError, type VerifiedPackage, WorkflowCatalog } from '../../registry/index.js';
import { resolveValue, validateInputs, WpkError } from '../../wpk/index.js';
import { RunQueue } from '../queue/run-queue.js';
import { RuntimeError } from '../runtime.error.js';
import { declaredNamespaces } from './declared-namespaces.js';
import type { JsonObject, Run, RunStep } from './run.js';
import { type RunFilter, type RunHistory, type RunRequestKey, RunStore, type SubmittedRun } from './run.store.js';
import { mayRun, needsDryRun, runFacts } from './run-facts.js';

const HISTORY_MS = 30 * 24 * 60 * 60 * 1000;

export interface RunRequest {
  readonly workflow: string;
  /** Absent: the highest version that is not a pre-release. */
  readonly version?: string;
  readonly inputs: JsonObject;
  readonly dryRun: boolean;
}

/** Accepts runs: an accepted run is a row, whatever becomes of the queue, and always reaches an end. */
@Injectable()
export class RunsService {
  private readonly logger = new Logger(RunsService.name);

  constructor(
    private readonly runs: RunStore,
    private readonly queue: RunQueue,
    private readonly catalog: WorkflowCatalog,
    private readonly policy: PolicyService,
    private readonly config: Config,
  ) {}

  /** Throws RegistryError (unknown, no longer trusted), or RuntimeError (inputs, policy, key). */
  async submit(request: RunRequest, idempotencyKey: string, principal: Principal): Promise<SubmittedRun> {
    const key = { requestedBy: principal.name, idempotencyKey, requestHash: requestHash(request) };
    try {
      return await this.start(request, key);
    } catch (error) {
      // What was accepted stays accepted: today's refusal is no answer to a request that is only repeated.
      const run = error instanceof DomainError ? await this.runs.findStarted(key) : undefined;
      if (!run) throw error;
      return { run, replayed: true };
    }
  }

  async get(id: string): Promise<Run> {
    const run = await this.runs.find(id);
    if (!run) throw new RuntimeError('run-not-found', `There is no run ${id}.`);
    return run;
  }

  list(filter: RunFilter, page: PageQuery): Promise<Page<Run>> {
    return this.runs.list(filter, page);
  }

  /** Of the last 30 days. Throws `workflow-not-found`. */
  async history(workflow: string, version?: string): Promise<RunHistory> {
    if (!(await this.catalog.has(workflow))) {
      throw new RegistryError('workflow-not-found', 'No workflow of that name is registered.');
    }
    const since = new Date(Date.now() - HISTORY_MS);
    return this.runs.history({ workflow, ...(version !== undefined && { version }) }, since);
  }

  /** Whether anybody ever asked for a run or dry-run of the version. */
  hasRuns(workflow: string, version: string): Promise<boolean> {
    return this.runs.hasRuns(workflow, version);
  }

  async steps(id: string): Promise<RunStep[]> {
    await this.get(id);
    return this.runs.steps(id);
  }

  /** Idempotent: a run that was already cancelled is answered as it is. Throws `run-ended` for any other end. */
  async cancel(id: string, principal: Principal): Promise<Run> {
    const run = await this.runs.cancel(id, principal.name);
    if (!run) throw new RuntimeError('run-not-found', `There is no run ${id}.`);
    if (run.finishedAt && run.state !== 'cancelled') {
      throw new RuntimeError('run-ended', `The run has ended already: ${run.state}.`);
    }
    return run;
  }

  private async start(request: RunRequest, key: RunRequestKey): Promise<SubmittedRun> {
    const verified = await this.catalog.openForRun(request.workflow, request.version);
    const inputs = validInputs(verified, request.inputs);
    const { target, namespaces } = reachOf(verified, inputs);
    const facts = runFacts(verified, await this.dryRunSettled(verified, request), namespaces);
    const decision = await this.policy.decide(facts);
    if (!mayRun(decision, request.dryRun)) throw refusal(decision);
    const { name: workflow, version, digest } = verified;
    const { steps, timeouts } = verified.package.spec;
    const submitted = await this.runs.submit({
      ...{ ...key, id: uuid(), workflow, version, digest, dryRun: request.dryRun, inputs, target, decision },
      timeoutMs: Math.min(timeouts.runMs, this.config.EXECUTION_TIMEOUT * 1000),
      queueTimeoutMs: timeouts.queueMs,
      steps: steps.map((step) => ({ name: step.name, action: step.uses })),
    });
    if (!submitted.replayed) this.enqueue(submitted.run);
    return submitted;
  }

  /** Whether a missing dry-run cannot stand in the way. Asked of the database only where it matters. */
  private async dryRunSettled(verified: VerifiedPackage, { dryRun }: RunRequest): Promise<boolean> {
    return dryRun || !needsDryRun(verified) || (await this.runs.hasDryRun(verified.digest));
  }

  /** After the commit, and not awaited: the run is safe, and a queue that is away is told of it later. */
  private enqueue(run: Run): void {
    this.queue.deliver([{ runId: run.id, fence: run.fence }]).catch((error: unknown) => {
      this.logger.warn({ msg: 'The queue was not told of a run; the reconciler will.', runId: run.id, err: error });
    });
  }
}

function validInputs(verified: VerifiedPackage, given: JsonObject): JsonObject {
  const { value, problems } = validateInputs(verified.package.spec.inputs, given);
  if (problems.length === 0) return value;
  const errors = problems.map(({ pointer, detail }) => ({ pointer: `#/inputs${pointer}`, detail }));
  throw new RuntimeError(
    'inputs-invalid',
    `The inputs do not fit what ${verified.name}@${verified.version} asks for.`,
    { errors },
  );
}

/** What locks, brakes and policy count: it must be known before anything runs. */
function reachOf(verified: VerifiedPackage, inputs: JsonObject): { target: string | null; namespaces: string[] } {
  const { spec } = verified.package;
  try {
    const target = spec.target === undefined ? null : String(resolveValue(spec.target, { inputs }));
    return { target, namespaces: declaredNamespaces(spec, inputs, target) };
  } catch (error) {
    if (!(error instanceof WpkError)) throw error;
    const errors = error.problems.map(({ detail }) => ({ pointer: '#/inputs', detail }));
    const message = 'With these inputs the target or the namespaces of the package cannot be computed.';
    throw new RuntimeError('inputs-invalid', message, { cause: error, errors });
  }
}

function refusal({ outcome, reasons }: Decision): RuntimeError {
  const errors = reasons.map(({ code, message, pointer, line }) => ({
    ...{ pointer: pointer ?? '#', detail: `${code}: ${message}` },
    ...(line !== undefined && { line }),
  }));
  if (outcome === 'deny') {
    throw new RuntimeError('run-denied', 'Policy denies this run; `errors` has every reason.', { errors });
  }
  return new RuntimeError(
    'approval-required',
    'This run needs an approval, which this version of Atom cannot take yet.',
    { errors },
  );
}

/** The order of members does not matter: two texts of one request are one request. */
function requestHash(request: RunRequest): Buffer {
  const canonical = JSON.stringify([request.workflow, request.version ?? null, request.dryRun, sorted(request.inputs)]);
  return createHash('sha256').update(canonical).digest();
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => [key, sorted(member)]);
}
