import type { JsonObject } from './vault.json.js';

export interface VaultRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/v1/`. */
  readonly path: string;
  readonly body?: JsonObject;
  /** Absent in a login. */
  readonly token?: string;
}

export interface VaultAnswer {
  readonly status: number;
  /** Undefined for what is not JSON. */
  readonly body: unknown;
  readonly retryAfterMs: number;
}
