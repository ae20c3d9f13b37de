import type { InputsSchema, Permission, RetryOn } from '../package.js';

/** A document that passed wpk.schema.json: texts as written, nothing filled in. */
export interface PackageDocument {
  readonly apiVersion: 'atom.dev/v1';
  readonly kind: 'WorkflowPackage';
  readonly metadata: {
    readonly name: string;
    readonly version: string;
    readonly description?: string;
    readonly author?: string;
    readonly license?: string;
    readonly tags?: readonly string[];
  };
  readonly spec: SpecDocument;
}

export interface SpecDocument {
  readonly inputs?: InputsSchema;
  readonly target?: string;
  readonly safety?: {
    readonly mode?: 'manual' | 'auto';
    readonly approvalRequired?: boolean;
    readonly dryRunRequired?: boolean;
    readonly maxObjects?: number;
  };
  readonly permissions?: readonly Permission[];
  readonly secrets?: readonly { readonly name: string; readonly from: string }[];
  readonly egress?: readonly string[];
  readonly triggers?: readonly { readonly type: string; readonly inputs?: Values }[];
  readonly concurrency?: { readonly key: string };
  readonly maxParallel?: number;
  readonly timeouts?: { readonly run?: string; readonly queue?: string; readonly step?: string };
  readonly steps: readonly StepDocument[];
  readonly onFailure?: readonly StepDocument[];
  readonly finally?: readonly StepDocument[];
  readonly rollback?: { readonly enabled: boolean };
  readonly outputs?: Values;
}

export interface StepDocument {
  readonly name: string;
  readonly uses: string;
  readonly with?: Values;
  readonly if?: string;
  readonly needs?: readonly string[];
  readonly forEach?: string;
  readonly maxParallel?: number;
  readonly timeout?: string;
  readonly retry?: RetryDocument;
  readonly continueOnError?: boolean;
  readonly rollback?: { readonly uses: string; readonly with?: Values };
}

export interface RetryDocument {
  readonly limit?: number;
  readonly backoff?: {
    readonly initial?: string;
    readonly factor?: number;
    readonly cap?: string;
    readonly jitter?: number;
  };
  readonly on?: readonly RetryOn[];
}

export type Values = Readonly<Record<string, unknown>>;
