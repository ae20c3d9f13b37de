import type { Operation } from './document.js';

/** A request that has not been sent: what mutations change. */
export interface Draft {
  readonly operation: Operation;
  readonly method: string;
  /** Values of the path's parameters; encoded when it is sent. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Body;
  /** Default: that of an admin. Null: none. */
  readonly authorization?: string | null;
  /** Instead of what `path` and `query` make: exactly this. */
  readonly target?: string;
}

export interface Body {
  readonly contentType?: string;
  readonly bytes: Buffer;
}

export function jsonBody(value: unknown): Body {
  return { contentType: 'application/json', bytes: Buffer.from(JSON.stringify(value)) };
}

export function targetOf({ operation, path, query, target }: Draft): string {
  if (target !== undefined) return target;
  const route = routeOf(operation, (name) => encodeText(path[name] ?? ''));
  const search = query.map(([name, value]) => `${encodeText(name)}=${encodeText(value)}`).join('&');
  return search === '' ? route : `${route}?${search}`;
}

export function routeOf({ path }: Operation, value: (name: string) => string): string {
  return path.replaceAll(/\{(.+?)\}/g, (_all, name: string) => value(name));
}

/** A lone surrogate has no percent-encoding; U+FFFD goes instead of it. */
export function encodeText(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
