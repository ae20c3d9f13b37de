import type { Condition } from '../workloads.js';

/** Sets one condition; the transition time moves only when its status does, the update time when anything does. */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  next: Condition,
  now: string,
  hasUpdateTime = false,
): Condition[] {
  const all = [...(conditions ?? [])];
  const at = all.findIndex((known) => known.type === next.type);
  const known = all[at];
  const isSame = known?.status === next.status && known.reason === next.reason && known.message === next.message;
  if (known && isSame) return all;
  const lastTransitionTime = known?.status === next.status ? (known.lastTransitionTime ?? now) : now;
  const made = { ...next, lastTransitionTime, ...(hasUpdateTime && { lastUpdateTime: now }) };
  if (at < 0) all.push(made);
  else all[at] = made;
  return all;
}
