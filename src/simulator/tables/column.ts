import type { KubeObject } from '../objects.js';

/** One column of `kubectl get`. Priority 1 is shown with `-o wide` only. */
export interface Column {
  readonly name: string;
  readonly type?: 'string' | 'integer';
  readonly format?: string;
  readonly priority?: number;
  readonly cell: (object: KubeObject) => string | number;
}

/** The age as kubectl prints it: `42s`, `7m13s`, `5h`, `3d2h`. */
export function formatAge(since: string | undefined, now = new Date()): string {
  return since === undefined ? '<unknown>' : formatDuration((now.getTime() - Date.parse(since)) / 1000);
}

export function formatDuration(exact: number): string {
  const seconds = Math.max(0, Math.floor(exact));
  // Small ages show two units, large ones one: the same limits as apimachinery's HumanDuration.
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 600) return pair(seconds, 60, 'm', 1, 's');
  if (seconds < 3 * 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 8 * 3600) return pair(seconds, 3600, 'h', 60, 'm');
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)}h`;
  if (seconds < 8 * 86_400) return pair(seconds, 86_400, 'd', 3600, 'h');
  return `${Math.floor(seconds / 86_400)}d`;
}

function pair(seconds: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)}${largeUnit}${rest === 0 ? '' : `${rest}${smallUnit}`}`;
}

export function ageOf({ metadata }: KubeObject): string {
  return formatAge(metadata.creationTimestamp);
}
