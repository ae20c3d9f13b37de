/** What the REST API answers, as far as the command line reads it. The server may add fields at any time. */

/** RFC 9457, with Atom's extensions. */
export interface Problem {
  readonly type?: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly code?: string;
  readonly requestId?: string;
  readonly errors?: readonly ProblemItem[];
}

export interface ProblemItem {
  readonly pointer?: string;
  readonly detail: string;
  readonly line?: number;
  readonly column?: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string | null;
}

export interface WorkflowSummary {
  readonly name: string;
  readonly latestVersion: string | null;
  readonly description?: string | null;
  readonly tags?: readonly string[];
  readonly versions: number;
  readonly updatedAt: string;
  /** Of the version that stands for the workflow, as the two below. */
  readonly state?: string;
  readonly runtimes?: readonly string[];
  readonly safetyMode?: string;
}

export interface Workflow {
  readonly name: string;
  readonly latestVersion: string | null;
  readonly versions: readonly WorkflowVersion[];
}

export interface WorkflowVersion {
  readonly name: string;
  readonly version: string;
  /** `sha256:<hex>` of the uploaded bytes. */
  readonly digest: string;
  readonly size: number;
  readonly mediaType?: string;
  readonly description?: string | null;
  readonly author?: string | null;
  readonly tags?: readonly string[];
  readonly runtimes?: readonly string[];
  readonly safetyMode?: string;
  /** Who signed what was first uploaded. */
  readonly signer?: Signer;
  readonly decision?: Decision;
  readonly uploadedBy?: string | null;
  readonly createdAt: string;
  readonly state?: string;
  readonly stateReason?: string | null;
  readonly stateBy?: string | null;
  readonly stateAt?: string | null;
  readonly override?: Override | null;
}

/** A key has `keyId`; an identity, which signed keyless, has `subject` and `issuer`. */
export interface Signer {
  readonly kind: string;
  readonly keyId?: string;
  readonly subject?: string;
  readonly issuer?: string;
}

/** An admin's word that a version may run although it was yanked or policy says otherwise. */
export interface Override {
  readonly reason: string;
  readonly by: string;
  readonly at: string;
  readonly expiresAt: string;
}

export interface PackageSignature {
  readonly kind: string;
  readonly signer: Signer;
  readonly storedAt: string;
  readonly signedAt?: string | null;
  readonly logged?: boolean;
  readonly attested?: boolean;
  /** The text as it was uploaded, under the name of its kind. */
  readonly bundle?: string;
  readonly signature?: string;
}

export interface Decision {
  readonly id: string;
  readonly outcome: 'allow' | 'requireApproval' | 'deny';
  readonly requiredApprovals?: number;
  readonly risk?: { readonly score: number; readonly level: string };
  readonly reasons?: readonly DecisionReason[];
}

export interface DecisionReason {
  readonly code: string;
  readonly message: string;
  readonly severity: string;
  readonly pointer?: string;
  readonly line?: number;
}

export interface Run {
  readonly id: string;
  readonly workflow: string;
  readonly version: string;
  readonly digest: string;
  /** Plans every step and changes nothing. */
  readonly dryRun?: boolean;
  readonly state: string;
  readonly reason?: Reason | null;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly target?: string | null;
  readonly outputs?: Readonly<Record<string, unknown>> | null;
  readonly requestedBy?: string | null;
  readonly attempt?: number;
  readonly createdAt: string;
  readonly startedAt?: string | null;
  readonly finishedAt?: string | null;
}

export interface Reason {
  readonly code: string;
  readonly message: string;
}

export interface Step {
  readonly index: number;
  readonly name: string;
  readonly action: string;
  readonly state: string;
  readonly attempt: number;
  /** `{plan}` in a dry-run. */
  readonly outputs?: Readonly<Record<string, unknown>> | null;
  readonly error?: Reason | null;
  readonly startedAt?: string | null;
  readonly finishedAt?: string | null;
}

/** What a step of a dry-run would do. */
export interface Plan {
  readonly changes: readonly PlannedChange[];
  readonly permissions: readonly PermissionCheck[];
  /** What could not be tried, in words. */
  readonly unsimulated?: string;
}

export interface PlannedChange {
  readonly object: ObjectRef;
  readonly operation: 'create' | 'update' | 'delete' | 'none';
  readonly fields: readonly FieldChange[];
}

export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

export interface FieldChange {
  /** JSON pointer (RFC 6901). */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What differs between two packages: only what does is named. */
export interface VersionDiff {
  readonly sections: readonly { readonly section: string; readonly fields: readonly DiffedField[] }[];
  readonly steps: readonly DiffedStep[];
  /** Files of tarballs, by name. */
  readonly files: { readonly added: readonly string[]; readonly removed: readonly string[] };
  readonly readmeChanged: boolean;
  /** More fields differ than are named. */
  readonly cut: boolean;
}

export interface DiffedField extends FieldChange {
  /** A value was too long: what there is of it is the beginning of its JSON text. */
  readonly cut: boolean;
}

export interface DiffedStep {
  readonly name: string;
  /** Of `added`, `removed`, `moved`, `changed`. */
  readonly changes: readonly string[];
  readonly before: StepPlace | null;
  readonly after: StepPlace | null;
  /** Pointers into the step. */
  readonly fields: readonly DiffedField[];
}

export interface StepPlace {
  readonly list: string;
  /** From 0. */
  readonly index: number;
}

export interface PermissionCheck {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly allowed: boolean;
}

/** `event: log` of a run's log stream. */
export interface LogLine {
  readonly seq: number;
  readonly at: string;
  readonly step: string;
  readonly line: string;
}

/** `event: run` of a run's event stream. */
export interface RunEvent {
  readonly seq: number;
  readonly at: string;
  readonly state: string;
  readonly reason?: Reason | null;
}

/** `event: step` of a run's event stream. */
export interface StepEvent extends RunEvent {
  readonly step: string;
  readonly index: number;
  readonly attempt: number;
  readonly error?: Reason | null;
  /** Milliseconds until the next attempt. */
  readonly retryInMs?: number;
}

/** Who a token is. */
export interface TokenSelf {
  readonly tokenId: string;
  readonly name?: string;
  readonly role?: string;
}

/** States that a run does not leave by itself. */
const endStates: ReadonlySet<string> = new Set([
  'succeeded',
  'failed',
  'cancelled',
  'timed_out',
  'needs_attention',
  'rolled_back',
  'rollback_failed',
]);

export function isOver(state: string): boolean {
  return endStates.has(state);
}
