import type { Execution, StepContext } from '../adapter.js';
import type { Need } from './access.review.js';
import type { ObjectInput } from './cluster.js';
import { presentable, titleOf } from './object.reader.js';
import { OUTPUT_LIMIT, sizeOf, tooLarge } from './output.limit.js';
import { ReadAction } from './read.action.js';

/** Outputs `{object}`. */
export class GetAction extends ReadAction<ObjectInput> {
  readonly name = 'kubernetes/get';

  async execute(input: ObjectInput, { signal }: StepContext): Promise<Execution> {
    const target = await this.cluster.locate(input, signal);
    const object = presentable(await this.cluster.read(target, signal));
    if (sizeOf(object) > OUTPUT_LIMIT) {
      throw tooLarge(titleOf(input), 'A step cannot hand on an object of this size.');
    }
    return { outputs: { object } };
  }

  protected async needsOf(input: ObjectInput, signal: AbortSignal): Promise<readonly Need[]> {
    const { ref, resource } = await this.cluster.locate(input, signal);
    return [{ verb: 'get', resource, namespace: ref.namespace, name: ref.name }];
  }
}
