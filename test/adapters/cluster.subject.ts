import type { JsonObject } from '../../src/runtime/adapters/kubernetes/json.js';

/** Which requests meet a fault; a field that is absent matches everything. */
export interface RequestMatch {
  readonly verb?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
}

export type RequestFault =
  | { readonly type: 'status'; readonly code: 409 | 429 | 500 | 503; readonly retryAfterSeconds?: number }
  /** `after-write`: the request has its effect, its answer is lost. */
  | { readonly type: 'reset'; readonly when: 'before-write' | 'after-write' }
  | { readonly type: 'latency'; readonly ms: number };

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly userAgent: string;
  readonly contentType: string;
  readonly fieldManager: string | null;
  readonly dryRun: boolean;
}

/** A Kubernetes API server with running controllers, which tests may disturb. */
export interface ClusterSubject {
  readonly kubeconfig: string;
  /** Somebody else's request, by merge patch where it patches. Rejects for any answer but 2xx. */
  send(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: JsonObject): Promise<JsonObject>;
  /** In the order in which they came, also those by `send`. */
  requests(): readonly SeenRequest[];
  /** The next `times` matching requests. */
  disturb(match: RequestMatch, fault: RequestFault, times: number): void;
  /** 403 for matching requests, and a no in access reviews. */
  deny(match: RequestMatch): void;
  /** The containers of a Deployment end with an exit code, as often as they are started. */
  crash(namespace: string, name: string): void;
  /** Takes every disturbance back. */
  calm(): void;
  close(): Promise<void>;
}
