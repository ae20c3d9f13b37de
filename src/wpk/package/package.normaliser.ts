import { parseDurationMs } from '../duration.js';
import type { PackageMetadata, Retry, Safety, Step, WorkflowPackage } from '../package.js';
import type { PackageDocument, RetryDocument, SpecDocument, StepDocument } from './package.document.js';

/** Defaults of the format; wpk.schema.json publishes the same values. */
const DEFAULTS = {
  runMs: 30 * 60_000,
  queueMs: 60 * 60_000,
  stepMs: 5 * 60_000,
  retryInitialMs: 5_000,
  retryCapMs: 60_000,
};

/** The package as a value: defaults filled in, durations in milliseconds. */
export function normalisePackage({ apiVersion, kind, metadata, spec }: PackageDocument): WorkflowPackage {
  const { timeouts } = spec;
  const stepMs = durationMs(timeouts?.step, DEFAULTS.stepMs);
  return {
    apiVersion,
    kind,
    metadata: normaliseMetadata(metadata),
    spec: {
      inputs: spec.inputs ?? { type: 'object' },
      ...(spec.target === undefined ? {} : { target: spec.target }),
      safety: normaliseSafety(spec),
      permissions: spec.permissions ?? [],
      timeouts: {
        runMs: durationMs(timeouts?.run, DEFAULTS.runMs),
        queueMs: durationMs(timeouts?.queue, DEFAULTS.queueMs),
      },
      steps: spec.steps.map((step) => normaliseStep(step, stepMs)),
      outputs: spec.outputs ?? {},
    },
  };
}

function normaliseMetadata({
  name,
  version,
  description,
  author,
  license,
  tags = [],
}: PackageDocument['metadata']): PackageMetadata {
  return {
    name,
    version,
    ...(description === undefined ? {} : { description }),
    ...(author === undefined ? {} : { author }),
    ...(license === undefined ? {} : { license }),
    tags,
  };
}

function normaliseSafety({ safety = {} }: SpecDocument): Safety {
  return { mode: 'manual', approvalRequired: false, dryRunRequired: false, ...safety };
}

function normaliseStep(step: StepDocument, defaultTimeoutMs: number): Step {
  return {
    name: step.name,
    uses: step.uses,
    with: step.with ?? {},
    ...(step.if === undefined ? {} : { if: step.if }),
    timeoutMs: durationMs(step.timeout, defaultTimeoutMs),
    retry: normaliseRetry(step.retry),
    continueOnError: step.continueOnError ?? false,
  };
}

function normaliseRetry({ limit = 0, backoff = {}, on = ['transient'] }: RetryDocument = {}): Retry {
  return {
    limit,
    backoff: {
      initialMs: durationMs(backoff.initial, DEFAULTS.retryInitialMs),
      factor: backoff.factor ?? 2,
      capMs: durationMs(backoff.cap, DEFAULTS.retryCapMs),
      jitter: backoff.jitter ?? 0.2,
    },
    on,
  };
}

function durationMs(text: string | undefined, byDefault: number): number {
  return text === undefined ? byDefault : (parseDurationMs(text) ?? byDefault);
}
