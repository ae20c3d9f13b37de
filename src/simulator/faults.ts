import type { KubeObject } from './objects.js';

/**
 * What goes wrong with the pods of one workload.
 * `crash-loop`: every container start ends with an exit code; with `untilRestart` only pods of the template that the
 * workload has when the fault is set: a restart or a new image heals it.
 */
export type WorkloadFault =
  | { readonly type: 'crash-loop'; readonly untilRestart?: boolean; readonly exitCode?: number }
  | { readonly type: 'slow-rollout'; readonly readyAfterMs: number }
  | { readonly type: 'never-ready' }
  | { readonly type: 'image-pull' };

export interface WorkloadRef {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Which requests a fault applies to; a field that is absent matches everything. */
export interface RequestMatch {
  readonly verb?: string | readonly string[];
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

export type RequestFault =
  /** Answers instead of the server. */
  | { readonly type: 'status'; readonly code: 409 | 429 | 500 | 503; readonly retryAfterSeconds?: number }
  /** Cuts the connection; `after-write` first lets the request have its effect. */
  | { readonly type: 'reset'; readonly when: 'before-write' | 'after-write' }
  | { readonly type: 'latency'; readonly ms: number };

export interface RequestFacts {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

interface Scripted {
  readonly match: RequestMatch;
  readonly fault: RequestFault;
  left: number;
}

/** The script of what goes wrong. Every method that adds something returns a function that takes it back. */
export class Faults {
  private readonly workloads = new Map<string, WorkloadFault>();
  private readonly denials = new Set<RequestMatch>();
  private scripted: Scripted[] = [];
  private readonly listeners = new Set<(ref: WorkloadRef) => void>();

  /** `null` takes the workload's fault away. */
  workload(ref: WorkloadRef, fault: WorkloadFault | null): () => void {
    const key = workloadKey(ref);
    if (fault) this.workloads.set(key, fault);
    else this.workloads.delete(key);
    for (const listener of this.listeners) listener(ref);
    return () => this.workload(ref, null);
  }

  /** 403 for what matches, and `allowed: false` in access reviews. */
  deny(match: RequestMatch): () => void {
    this.denials.add(match);
    return () => this.denials.delete(match);
  }

  /** The next `times` matching requests (default: all) meet the fault. */
  request(match: RequestMatch, fault: RequestFault, times = Infinity): () => void {
    const entry = { match, fault, left: times };
    this.scripted.push(entry);
    return () => {
      this.scripted = this.scripted.filter((known) => known !== entry);
    };
  }

  clear(): void {
    this.denials.clear();
    this.scripted = [];
    const refs = [...this.workloads.keys()].map(refOf);
    for (const ref of refs) this.workload(ref, null);
  }

  ofWorkload(ref: WorkloadRef): WorkloadFault | undefined {
    return this.workloads.get(workloadKey(ref));
  }

  isDenied(facts: RequestFacts): boolean {
    return [...this.denials].some((match) => matches(match, facts));
  }

  /** The faults that this request meets; each one is used up by it. */
  take(facts: RequestFacts): RequestFault[] {
    const hit = this.scripted.filter((entry) => entry.left > 0 && matches(entry.match, facts));
    // Of several answers only the first is given; the others wait for the next request.
    const answer = hit.find((entry) => entry.fault.type !== 'latency');
    const used = hit.filter((entry) => entry.fault.type === 'latency' || entry === answer);
    for (const entry of used) entry.left -= 1;
    return used.map((entry) => entry.fault);
  }

  onWorkloadFault(listener: (ref: WorkloadRef) => void): void {
    this.listeners.add(listener);
  }
}

const PREFIX = 'simulator.atom.dev/';

export const FAULT_ANNOTATION = `${PREFIX}fault`;

/**
 * The fault that a manifest asks for: annotation `simulator.atom.dev/fault` = `crash-loop`, `crash-loop-until-restart`,
 * `slow-rollout` (with `simulator.atom.dev/ready-after-ms`), `never-ready` or `image-pull`.
 * Any other value is refused when the object is written.
 */
export function faultOfAnnotations(object: KubeObject): WorkloadFault | undefined {
  const value = annotation(object, 'fault');
  const exitCode = Number(annotation(object, 'exit-code') ?? '1');
  switch (value) {
    case undefined:
      return undefined;
    case 'crash-loop':
      return { type: 'crash-loop', exitCode };
    case 'crash-loop-until-restart':
      return { type: 'crash-loop', untilRestart: true, exitCode };
    case 'slow-rollout':
      return { type: 'slow-rollout', readyAfterMs: Number(annotation(object, 'ready-after-ms') ?? '10000') };
    case 'never-ready':
    case 'image-pull':
      return { type: value };
    default:
      return undefined;
  }
}

/** The value of `simulator.atom.dev/<name>`. */
export function annotation(object: KubeObject, name: string): string | undefined {
  return object.metadata.annotations?.[`${PREFIX}${name}`];
}

function matches(match: RequestMatch, facts: RequestFacts): boolean {
  const { verb, ...rest } = match;
  const verbs = typeof verb === 'string' ? [verb] : verb;
  if (verbs && !verbs.includes(facts.verb) && !verbs.includes('*')) return false;
  const entries = Object.entries(rest) as [keyof typeof rest, string][];
  return entries.every(([name, value]) => value === (facts[name] ?? ''));
}

function workloadKey(ref: WorkloadRef): string {
  return `${ref.kind}/${ref.namespace}/${ref.name}`;
}

function refOf(key: string): WorkloadRef {
  const [kind = '', namespace = '', name = ''] = key.split('/');
  return { kind, namespace, name };
}
