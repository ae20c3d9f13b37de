import type { Faults } from '../faults.js';
import { asJson, field, type JsonObject, type KubeObject, textField } from '../objects.js';

/** Everything is allowed but what is scripted as denied: the same rules as the requests themselves meet. */
export function reviewAccess(faults: Faults, review: KubeObject): JsonObject {
  const attributes = field(review.spec, 'resourceAttributes');
  const facts = {
    verb: textField(attributes, 'verb'),
    group: textField(attributes, 'group'),
    resource: textField(attributes, 'resource'),
    ...optional('namespace', textField(attributes, 'namespace')),
    ...optional('name', textField(attributes, 'name')),
    ...optional('subresource', textField(attributes, 'subresource')),
  };
  const isDenied = attributes !== undefined && faults.isDenied(facts);
  const status = isDenied ? { allowed: false } : { allowed: true, reason: 'the simulator allows what no fault denies' };
  return { ...asJson(review), metadata: { creationTimestamp: null }, status };
}

function optional(name: string, value: string): Record<string, string> {
  return value === '' ? {} : { [name]: value };
}
