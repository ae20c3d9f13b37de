import { randomUUID } from 'node:crypto';

import type { BeforeImage, Execution, Plan, StepContext } from '../../src/runtime/adapters/adapter.js';
import { ClusterClient, kubernetesActions } from '../../src/runtime/adapters/kubernetes/index.js';
import type { JsonObject } from '../../src/runtime/adapters/kubernetes/json.js';
import { validateActionInput } from '../../src/wpk/index.js';
import { waitUntil } from '../support/wait-until.js';
import type { ClusterSubject, SeenRequest } from './cluster.subject.js';

export type Input = Readonly<Record<string, unknown>>;

export interface Call {
  readonly signal?: AbortSignal;
  /** Two executions with the same key are two attempts of one step. */
  readonly effectKey?: string;
  readonly startedAt?: Date;
}

export const STARTED_AT = new Date('2026-11-23T10:00:00.123Z');

/** The actions against one cluster, in a namespace of the test's own. */
export class ActionsHarness {
  readonly lines: string[] = [];
  private readonly client: ClusterClient;
  private readonly actions;

  private constructor(
    readonly cluster: ClusterSubject,
    readonly namespace: string,
  ) {
    this.client = new ClusterClient({ text: cluster.kubeconfig }, '1.2.3');
    this.actions = new Map(kubernetesActions(this.client).map((action) => [action.name, action]));
  }

  static async open(cluster: ClusterSubject): Promise<ActionsHarness> {
    const namespace = `test-${randomUUID().slice(0, 8)}`;
    await cluster.send('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
    return new ActionsHarness(cluster, namespace);
  }

  async close(): Promise<void> {
    this.cluster.calm();
    await this.cluster.send('DELETE', `/api/v1/namespaces/${this.namespace}`);
    await this.client.close();
  }

  plan(verb: string, input: Input, call: Call = {}): Promise<Plan> {
    return this.action(verb).plan(this.checked(verb, input), this.context(call));
  }

  execute(verb: string, input: Input, call: Call = {}): Promise<Execution> {
    return this.action(verb).execute(this.checked(verb, input), this.context(call));
  }

  undo(verb: string, before: BeforeImage | undefined): Promise<void> {
    if (!before) throw new Error('There is no before-image.');
    return this.action(verb).undo(before, this.context({}));
  }

  /** What went over the wire meanwhile. */
  async during(work: () => Promise<unknown>): Promise<SeenRequest[]> {
    const before = this.cluster.requests().length;
    await work();
    return this.cluster.requests().slice(before);
  }

  /** `Deployment web` of this namespace, as input. */
  web(more: Input = {}): Input {
    return { kind: 'Deployment', namespace: this.namespace, name: 'web', ...more };
  }

  path(plural: string, name: string, subresource = ''): string {
    const root = ['deployments', 'statefulsets', 'daemonsets', 'replicasets'].includes(plural)
      ? '/apis/apps/v1'
      : '/api/v1';
    return `${root}/namespaces/${this.namespace}/${plural}/${name}${subresource}`;
  }

  async create(plural: string, object: JsonObject): Promise<JsonObject> {
    return this.cluster.send('POST', this.path(plural, '').replace(/\/$/, ''), object);
  }

  async deploy(spec: JsonObject = {}, annotations: JsonObject = {}): Promise<void> {
    const labels = { app: 'web' };
    await this.create('deployments', {
      metadata: { name: 'web', annotations },
      spec: { replicas: 2, selector: { matchLabels: labels }, template: templateOf(labels), ...spec },
    });
  }

  /** Deployed, and every pod is ready. */
  async deployed(spec: JsonObject = {}, annotations: JsonObject = {}): Promise<void> {
    await this.deploy(spec, annotations);
    await this.execute('wait', this.web({ for: 'rollout' }));
  }

  async read(plural: string, name: string): Promise<JsonObject> {
    return this.cluster.send('GET', this.path(plural, name));
  }

  /** Until the pods of web have restarted at least twice each. */
  async crashing(): Promise<void> {
    this.cluster.crash(this.namespace, 'web');
    await waitUntil('the pods crash', async () => {
      const answer = await this.cluster.send('GET', `/api/v1/namespaces/${this.namespace}/pods`);
      return JSON.stringify(answer).includes('CrashLoopBackOff');
    });
  }

  private action(verb: string) {
    const action = this.actions.get(`kubernetes/${verb}`);
    if (!action) throw new Error(`There is no action kubernetes/${verb}.`);
    return action;
  }

  /** Tests give no input that the catalogue would refuse. */
  private checked(verb: string, input: Input): Input {
    const problems = validateActionInput(`kubernetes/${verb}`, input);
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
    return input;
  }

  private context({ signal, effectKey = randomUUID(), startedAt = STARTED_AT }: Call): StepContext {
    return {
      ...{ runId: 'run-1', stepName: 'step', effectKey, startedAt },
      signal: signal ?? AbortSignal.timeout(20_000),
      log: (line) => void this.lines.push(line),
    };
  }
}

export function templateOf(labels: JsonObject): JsonObject {
  return { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'registry.example.com/web:1' }] } };
}
