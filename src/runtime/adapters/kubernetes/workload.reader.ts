import type { ObjectRef } from '../adapter.js';
import { StepError } from '../step.error.js';
import type { Cluster } from './cluster.js';
import { type JsonObject, listAt, textAt } from './json.js';
import { podSelectorOf } from './label.selector.js';
import { titleOf, uidOf } from './object.reader.js';

/** Pods in `namespace` that a label selector picks, by name. */
export async function podsOf(
  cluster: Cluster,
  namespace: string,
  labelSelector: string,
  signal: AbortSignal,
): Promise<readonly JsonObject[]> {
  const resource = await cluster.findKind({ kind: 'Pod' }, signal);
  return (await cluster.list(resource, { namespace, labelSelector }, signal)).items;
}

/** @throws StepError STEP.REJECTED for an object that does not select pods */
export function selectorOf(ref: Pick<ObjectRef, 'kind' | 'name'>, workload: JsonObject): string {
  const selector = podSelectorOf(workload);
  if (selector === undefined) {
    throw new StepError('STEP.REJECTED', `${titleOf(ref)} selects no pods: name a pod, a selector or a workload.`);
  }
  return selector;
}

/** Whether `owner` controls `object`, by uid. */
export function isControlledBy(object: JsonObject, owner: JsonObject): boolean {
  return listAt(object, 'metadata', 'ownerReferences').some((reference) => textAt(reference, 'uid') === uidOf(owner));
}
