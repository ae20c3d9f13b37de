/**
 * The workflow package as a value: what `atom.dev/v1` says after strict reading and schema validation, defaults applied.
 * A string that is, as a whole, `${{ expr }}` is a CEL expression; every other string is a literal.
 */
export interface WorkflowPackage {
  readonly apiVersion: 'atom.dev/v1';
  readonly kind: 'WorkflowPackage';
  readonly metadata: PackageMetadata;
  readonly spec: PackageSpec;
}

export interface PackageMetadata {
  /** DNS label, at most 63 characters. */
  readonly name: string;
  /** SemVer 2.0. */
  readonly version: string;
  readonly description?: string;
  readonly author?: string;
  readonly license?: string;
  readonly tags: readonly string[];
}

export interface PackageSpec {
  /** A JSON Schema object for the run's inputs; unknown inputs are refused, defaults are applied and recorded. */
  readonly inputs: InputsSchema;
  /** What the run locks and what the brakes count. */
  readonly target?: string;
  readonly safety: Safety;
  readonly permissions: readonly Permission[];
  readonly timeouts: Timeouts;
  readonly steps: readonly Step[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

export interface InputsSchema {
  readonly type: 'object';
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface Safety {
  readonly mode: 'manual' | 'auto';
  readonly approvalRequired: boolean;
  readonly dryRunRequired: boolean;
  readonly maxObjects?: number;
}

export interface Permission {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly namespaces?: readonly string[];
}

/** Milliseconds, converted from the package's duration texts (`500ms`, `30s`, `2m`, `1h`). */
export interface Timeouts {
  readonly runMs: number;
  readonly queueMs: number;
}

export interface Step {
  readonly name: string;
  /** `family/verb`, a key of the action catalogue. */
  readonly uses: string;
  readonly with: Readonly<Record<string, unknown>>;
  /** A whole-value expression that must be a boolean; false skips the step. */
  readonly if?: string;
  /** Milliseconds that one attempt may take. */
  readonly timeoutMs: number;
  readonly retry: Retry;
  readonly continueOnError: boolean;
}

/** `limit` counts retries: attempts are `limit + 1`. */
export interface Retry {
  readonly limit: number;
  readonly backoff: Backoff;
  readonly on: readonly RetryOn[];
}

/** `transient`: trying again may help by the adapter's own word; `timeout`: the attempt's time ran out; `failure`: anything. */
export type RetryOn = 'transient' | 'timeout' | 'failure';

export interface Backoff {
  readonly initialMs: number;
  readonly factor: number;
  readonly capMs: number;
  /** Share of the wait that is random, 0 to 1. */
  readonly jitter: number;
}
