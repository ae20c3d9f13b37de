import { Logger } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

import { loadConfig } from '../../src/platform/config/config.js';
import { Notifications } from '../../src/platform/database/notifications.js';
import { PolicyService } from '../../src/policy/index.js';
import type { VerifiedPackage } from '../../src/registry/index.js';
import { ActionRegistry } from '../../src/runtime/adapters/action.registry.js';
import { LeaseKeeper } from '../../src/runtime/execution/lease-keeper.service.js';
import { RunExecutor } from '../../src/runtime/execution/run-executor.service.js';
import { StepExecutor } from '../../src/runtime/execution/step-executor.service.js';
import { RuntimeMetrics } from '../../src/runtime/metrics/runtime.metrics.js';
import type { NewRun, Run, RunStep } from '../../src/runtime/runs/run.js';
import type { RunEvent } from '../../src/runtime/runs/run-event.js';
import { ACTIONS, type EffectClass, type PackageSpec } from '../../src/wpk/index.js';
import { aRun } from '../builders/run.builder.js';
import { aVerifiedPackage } from '../builders/verified-package.builder.js';
import type { FakeAction } from '../fakes/fake-action.js';
import { FakeDecisionStore } from '../fakes/fake-decision.store.js';
import { FakeWorkflowCatalog } from '../fakes/fake-workflow.catalog.js';
import { fakeRuns, type RunsSubject } from './runs.subject.js';

Logger.overrideLogger(false);

export function aRuntimeMetrics(registry = new Registry()): RuntimeMetrics {
  const registers = [registry];
  const about = (name: string, ...labelNames: string[]) => ({ name, help: name, labelNames, registers });
  return new RuntimeMetrics(
    new Counter(about('workflow_runs_total', 'workflow_name', 'status')),
    new Counter(about('workflow_success_total', 'workflow_name')),
    new Counter(about('workflow_failure_total', 'workflow_name', 'error_type')),
    new Histogram(about('workflow_duration_seconds', 'workflow_name')),
    new Gauge(about('active_workflows')),
    new Histogram(about('workflow_step_duration_seconds', 'action', 'result')),
  );
}

export interface WorkerOptions {
  readonly runs?: RunsSubject;
  /** Overrides what the catalogue says of these actions. */
  readonly effects?: Readonly<Record<string, EffectClass>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** A worker without queue and cluster: the real executor on fakes, with the actions of the test. */
export class WorkerHarness {
  readonly runs: RunsSubject;
  readonly registry = new Registry();
  readonly catalog = new FakeWorkflowCatalog();
  readonly decisions = new FakeDecisionStore();
  readonly leases: LeaseKeeper;
  readonly executor: RunExecutor;

  constructor(actions: readonly FakeAction[], { runs = fakeRuns(), effects = {}, env = {} }: WorkerOptions = {}) {
    this.runs = runs;
    const config = loadConfig({ DATABASE_URL: 'postgres://nobody@127.0.0.1/none', ...env });
    const catalogue = actions.map(({ name }) => {
      const known = ACTIONS.get(name)!;
      return [name, { ...known, effect: effects[name] ?? known.effect }] as const;
    });
    const metrics = aRuntimeMetrics(this.registry);
    const registers = [this.registry];
    const violations = new Counter({
      name: 'violations',
      help: 'violations',
      labelNames: ['rule', 'severity'],
      registers,
    });
    const policy = new PolicyService(this.decisions, violations);
    const steps = new StepExecutor(new ActionRegistry(actions, new Map(catalogue)), metrics);
    this.leases = new LeaseKeeper(runs.journal, config, new Notifications(config));
    this.executor = new RunExecutor(runs.journal, this.leases, this.catalog, policy, steps, metrics);
  }

  /** A queued run of a package that has this spec. */
  async submit(
    spec: Partial<PackageSpec>,
    run: Partial<NewRun> = {},
    facts: Partial<VerifiedPackage['facts']> = {},
  ): Promise<string> {
    const verified = aVerifiedPackage(spec, facts);
    this.catalog.add(verified);
    const steps = verified.package.spec.steps.map(({ name, uses }) => ({ name, action: uses }));
    return (await this.runs.store.submit(aRun({ digest: verified.digest, steps, ...run }))).run.id;
  }

  /** Submits and executes. */
  async run(
    ...asked: Parameters<WorkerHarness['submit']>
  ): Promise<{ run: Run; steps: RunStep[]; events: RunEvent[] }> {
    const id = await this.submit(...asked);
    await this.executor.execute(id);
    return this.look(id);
  }

  async look(id: string): Promise<{ run: Run; steps: RunStep[]; events: RunEvent[] }> {
    const { store } = this.runs;
    return { run: (await store.find(id))!, steps: await store.steps(id), events: await store.events(id, -1, 50_000) };
  }
}

export function linesOf(events: readonly RunEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'log' ? [event.data.line] : []));
}
