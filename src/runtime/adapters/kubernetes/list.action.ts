import type { Execution, StepContext } from '../adapter.js';
import type { Need } from './access.review.js';
import type { JsonObject } from './json.js';
import { presentable } from './object.reader.js';
import { OUTPUT_LIMIT, sizeOf, tooLarge } from './output.limit.js';
import { ReadAction } from './read.action.js';

export type ListInput = {
  readonly apiVersion?: string;
  readonly kind: string;
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
};

const DEFAULT_LIMIT = 500;

/** Outputs `{items, count}`. */
export class ListAction extends ReadAction<ListInput> {
  readonly name = 'kubernetes/list';

  async execute(input: ListInput, context: StepContext): Promise<Execution> {
    const { signal } = context;
    const resource = await this.cluster.findKind(input, signal);
    const limit = input.limit ?? DEFAULT_LIMIT;
    // Stops asking for pages when it is clear that the answer will be refused.
    const enough = (found: readonly JsonObject[]): boolean =>
      found.length >= limit || sizeOf(found.map(presentable)) > OUTPUT_LIMIT;
    const listed = await this.cluster.list(resource, input, signal, enough);
    const items = listed.items.slice(0, limit).map(presentable);
    if (sizeOf(items) > OUTPUT_LIMIT) {
      throw tooLarge(
        `The list of ${resource.plural}`,
        'Narrow it by namespace, labelSelector, fieldSelector or limit.',
      );
    }
    context.log(`${items.length} ${resource.plural} found`);
    return { outputs: { items, count: items.length } };
  }

  protected async needsOf(input: ListInput, signal: AbortSignal): Promise<readonly Need[]> {
    const resource = await this.cluster.findKind(input, signal);
    return [{ verb: 'list', resource, namespace: input.namespace }];
  }
}
