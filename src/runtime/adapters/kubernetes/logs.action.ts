import type { Execution, StepContext } from '../adapter.js';
import { StepError } from '../step.error.js';
import type { Need } from './access.review.js';
import { statusOf } from './api.failure.js';
import type { JsonObject } from './json.js';
import { type LogSection, type LogSource, sourcesOf, textOf, titleOfSource } from './log.sections.js';
import { nameOf } from './object.reader.js';
import { OUTPUT_LIMIT } from './output.limit.js';
import { podStatus } from './pod.status.js';
import { ReadAction } from './read.action.js';
import { pathOf, type Resource } from './resource.js';
import { podsOf, selectorOf } from './workload.reader.js';

/** One of `pod`, `selector`, or `kind` with `name`. */
export type LogsInput = {
  readonly namespace: string;
  readonly pod?: string;
  readonly selector?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly container?: string;
  readonly tailLines?: number;
  readonly previous?: boolean;
  readonly sinceSeconds?: number;
  readonly timestamps?: boolean;
};

const DEFAULT_TAIL_LINES = 200;
const POD_LIMIT = 20;
/** Room for the titles of the sections. */
const TEXT_LIMIT = OUTPUT_LIMIT - 16 * 1024;

/**
 * The last lines of every container of one or more pods; pods that are not ready come first. Outputs `{text, pods, lines,
 * truncated}`: each log has its share of 240 KiB and loses its beginning when it needs more.
 */
export class LogsAction extends ReadAction<LogsInput> {
  readonly name = 'kubernetes/logs';

  async execute(input: LogsInput, context: StepContext): Promise<Execution> {
    const { signal } = context;
    const resource = await this.cluster.findKind({ kind: 'Pod' }, signal);
    const found = await this.findPods(input, signal);
    const pods = [...found].sort((a, b) => Number(podStatus(a).ready) - Number(podStatus(b).ready)).slice(0, POD_LIMIT);
    const sources = sourcesOf(pods, input);
    if (pods.length > 0 && sources.length === 0) {
      throw new StepError('STEP.REJECTED', `None of the ${pods.length} pods has a container ${input.container ?? ''}.`);
    }
    if (pods.length === 0) context.log('no pods found');
    const sections: LogSection[] = [];
    for (const source of sources) {
      const section = await this.read(resource, source, input, Math.floor(TEXT_LIMIT / sources.length), signal);
      if (!section) continue;
      sections.push(section);
      context.log(`${titleOfSource(section)}: ${section.lines ? `${section.lines.length} lines` : 'nothing yet'}`);
    }
    const lines = sections.reduce((sum, section) => sum + (section.lines?.length ?? 0), 0);
    const truncated = found.length > pods.length || sections.some((section) => section.isCut);
    return { outputs: { text: textOf(sections), pods: pods.map(nameOf), lines, truncated } };
  }

  protected async needsOf(input: LogsInput, signal: AbortSignal): Promise<readonly Need[]> {
    const { namespace, pod, kind, name } = input;
    const resource = await this.cluster.findKind({ kind: 'Pod' }, signal);
    const logs = { verb: 'get', resource, subresource: 'log', namespace, name: pod };
    if (pod !== undefined) return [{ verb: 'get', resource, namespace, name: pod }, logs];
    const pods = { verb: 'list', resource, namespace };
    if (kind === undefined || name === undefined) return [pods, logs];
    const workload = await this.cluster.locate({ kind, namespace, name }, signal);
    return [{ verb: 'get', resource: workload.resource, namespace, name }, pods, logs];
  }

  private async findPods(input: LogsInput, signal: AbortSignal): Promise<readonly JsonObject[]> {
    const { namespace, pod, selector, kind = 'Pod', name = pod } = input;
    if (selector !== undefined) return podsOf(this.cluster, namespace, selector, signal);
    if (name === undefined) {
      throw new StepError('STEP.REJECTED', 'Say whose logs: `pod`, `selector`, or `kind` and `name`.');
    }
    const target = await this.cluster.locate({ kind, namespace, name }, signal);
    const object = await this.cluster.read(target, signal);
    return kind === 'Pod' ? [object] : podsOf(this.cluster, namespace, selectorOf({ kind, name }, object), signal);
  }

  /** Undefined for a log that is not there: no earlier instance, or a pod that ended meanwhile. */
  private async read(
    resource: Resource,
    source: LogSource,
    { namespace, tailLines = DEFAULT_TAIL_LINES, sinceSeconds, timestamps }: LogsInput,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<LogSection | undefined> {
    const { pod, container, previous } = source;
    const path = pathOf(resource, { namespace, name: pod, subresource: 'log' });
    const query = { container, previous: previous || undefined, tailLines, sinceSeconds, timestamps };
    try {
      const tail = await this.cluster.client.tail({ path, query, signal }, maxBytes);
      return { ...source, lines: tail.lines(), isCut: tail.isCut };
    } catch (cause) {
      const status = statusOf(cause);
      if (status === 404 || (status === 400 && previous)) return undefined;
      // A container that waits to start has no log: 400, and that is all there is to know.
      if (status === 400) return { ...source, lines: undefined, isCut: false };
      throw cause;
    }
  }
}
