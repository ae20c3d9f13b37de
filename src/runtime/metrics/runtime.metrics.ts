import { Injectable, type Provider } from '@nestjs/common';
import {
  InjectMetric,
  makeCounterProvider,
  makeGaugeProvider,
  makeHistogramProvider,
} from '@willsoto/nestjs-prometheus';
import type { Counter, Gauge, Histogram } from 'prom-client';

import type { RunChange } from '../execution/run-journal.js';
import type { RunState } from '../runs/run.state.js';

export const DRY_RUN_REQUESTS = 'dry_run_requests_total';

export type RunEndState = Exclude<RunState, 'queued' | 'running'>;

/** Names of workflows are the operator's own, but a label must stay bounded: names beyond this number share one. */
const MOST_NAMES = 500;
const OTHER = 'other';

/** What the runs of this process did. Durations are in seconds. */
@Injectable()
export class RuntimeMetrics {
  private readonly names = new Set<string>();

  constructor(
    @InjectMetric('workflow_runs_total') private readonly runs: Counter,
    @InjectMetric('workflow_success_total') private readonly successes: Counter,
    @InjectMetric('workflow_failure_total') private readonly failures: Counter,
    @InjectMetric('workflow_duration_seconds') private readonly durations: Histogram,
    @InjectMetric('active_workflows') private readonly active: Gauge,
    @InjectMetric('workflow_step_duration_seconds') private readonly stepDurations: Histogram,
  ) {}

  /** Answers what to call with the run's end, or with undefined when somebody else goes on with it. */
  startRun(workflow: string): (end: RunChange | undefined) => void {
    const started = performance.now();
    this.active.inc();
    return (end) => {
      this.active.dec();
      if (end === undefined || end.state === 'queued') return;
      this.count(workflow, end.state, end.reason?.code);
      this.durations.observe({ workflow_name: this.bounded(workflow) }, (performance.now() - started) / 1000);
    };
  }

  /** A run that ended without a worker. */
  count(workflow: string, state: RunEndState, reason = 'none'): void {
    const name = this.bounded(workflow);
    this.runs.inc({ workflow_name: name, status: state });
    if (state === 'succeeded') this.successes.inc({ workflow_name: name });
    else this.failures.inc({ workflow_name: name, error_type: reason.toLowerCase() });
  }

  startStep(action: string): (result: 'succeeded' | 'failed') => void {
    const stop = this.stepDurations.startTimer({ action });
    return (result) => void stop({ result });
  }

  private bounded(workflow: string): string {
    if (this.names.size < MOST_NAMES) this.names.add(workflow);
    return this.names.has(workflow) ? workflow : OTHER;
  }
}

/** To an hour: a runbook waits for rollouts and for people. */
const RUN_BUCKETS = [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600];

export const RUNTIME_METRICS: Provider[] = [
  makeCounterProvider({
    name: 'workflow_runs_total',
    help: 'Runs that reached an end, by end state.',
    labelNames: ['workflow_name', 'status'],
  }),
  makeCounterProvider({ name: 'workflow_success_total', help: 'Runs that succeeded.', labelNames: ['workflow_name'] }),
  makeCounterProvider({
    name: 'workflow_failure_total',
    help: 'Runs that ended in any other way, by reason.',
    labelNames: ['workflow_name', 'error_type'],
  }),
  makeHistogramProvider({
    name: 'workflow_duration_seconds',
    help: 'Time from the claim of a run to its end, in seconds.',
    labelNames: ['workflow_name'],
    buckets: RUN_BUCKETS,
  }),
  makeGaugeProvider({ name: 'active_workflows', help: 'Runs that this process is executing now.' }),
  makeHistogramProvider({
    name: 'workflow_step_duration_seconds',
    help: 'Time of one attempt of a step, in seconds.',
    labelNames: ['action', 'result'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 600],
  }),
  makeCounterProvider({
    name: DRY_RUN_REQUESTS,
    help: 'Dry-runs that were asked for, by result.',
    labelNames: ['result'],
  }),
  RuntimeMetrics,
];
