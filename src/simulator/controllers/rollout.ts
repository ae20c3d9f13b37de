import { isEqual } from '../json.js';
import type { Deployment, PodTemplate, ReplicaSet } from '../workloads.js';

export const REVISION = 'deployment.kubernetes.io/revision';
export const HASH_LABEL = 'pod-template-hash';
const NOT_INHERITED = ['kubectl.kubernetes.io/last-applied-configuration', REVISION];

export interface Scaling {
  readonly set: ReplicaSet;
  readonly replicas: number;
}

/** Numbers or percentages of the wanted count; both zero would never move, so then one pod may be missing. */
export function surgeAndUnavailable({ spec }: Deployment): { surge: number; unavailable: number } {
  const { maxSurge = '25%', maxUnavailable = '25%' } = spec.strategy.rollingUpdate ?? {};
  const surge = absolute(maxSurge, spec.replicas, Math.ceil);
  const unavailable = absolute(maxUnavailable, spec.replicas, Math.floor);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

function absolute(value: number | string, of: number, round: (n: number) => number): number {
  if (typeof value === 'number') return value;
  return round((Number.parseInt(value, 10) * of) / 100);
}

/** The next step of a rolling update: first the new set grows as far as the surge allows, then old ones shrink. */
export function nextScaling(deployment: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]): Scaling[] {
  const wanted = deployment.spec.replicas;
  if (current.spec.replicas > wanted) return [{ set: current, replicas: wanted }];
  if (deployment.spec.strategy.type === 'Recreate') return recreate(wanted, current, old);

  const { surge, unavailable } = surgeAndUnavailable(deployment);
  const total = sum([current, ...old].map((set) => set.spec.replicas));
  const room = wanted + surge - total;
  if (current.spec.replicas < wanted && room > 0) {
    return [{ set: current, replicas: Math.min(wanted, current.spec.replicas + room) }];
  }
  return shrink(wanted - unavailable, total, current, old);
}

function recreate(wanted: number, current: ReplicaSet, old: readonly ReplicaSet[]): Scaling[] {
  const running = old.filter((set) => set.spec.replicas > 0);
  if (running.length > 0) return running.map((set) => ({ set, replicas: 0 }));
  const isEmpty = old.every((set) => (set.status?.replicas ?? 0) === 0);
  return isEmpty && current.spec.replicas < wanted ? [{ set: current, replicas: wanted }] : [];
}

/** Old pods that serve nobody go first; of the others only as many as keep the least number available. */
function shrink(least: number, total: number, current: ReplicaSet, old: readonly ReplicaSet[]): Scaling[] {
  const newUnavailable = current.spec.replicas - availableOf(current);
  let removable = total - least - newUnavailable;
  if (removable <= 0) return [];
  const replicas = new Map(old.map((set) => [set, set.spec.replicas]));
  for (const set of old) {
    const broken = Math.min(removable, Math.max(0, set.spec.replicas - availableOf(set)));
    replicas.set(set, set.spec.replicas - broken);
    removable -= broken;
  }
  let spare = sum([current, ...old].map(availableOf)) - least;
  for (const set of old) {
    const left = replicas.get(set) ?? 0;
    const healthy = Math.max(0, Math.min(removable, spare, left));
    replicas.set(set, left - healthy);
    removable -= healthy;
    spare -= healthy;
  }
  return [...replicas].filter(([set, n]) => n !== set.spec.replicas).map(([set, n]) => ({ set, replicas: n }));
}

export function availableOf(set: ReplicaSet): number {
  return set.status?.availableReplicas ?? 0;
}

export function revisionOf({ metadata }: ReplicaSet): number {
  return Number(metadata.annotations?.[REVISION] ?? '0');
}

/** The same pods, whatever hash label they carry. */
export function isSameTemplate(a: PodTemplate, b: PodTemplate): boolean {
  return isEqual(withoutHash(a), withoutHash(b));
}

function withoutHash(template: PodTemplate): PodTemplate {
  const labels = Object.fromEntries(
    Object.entries(template.metadata?.labels ?? {}).filter(([name]) => name !== HASH_LABEL),
  );
  return { ...template, metadata: { ...template.metadata, labels } };
}

export function inheritedAnnotations({ metadata }: Deployment): Record<string, string> {
  const all = Object.entries(metadata.annotations ?? {});
  return Object.fromEntries(all.filter(([name]) => !NOT_INHERITED.includes(name)));
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
