import { isJsonObject, type JsonObject, listAt, objectAt, textAt } from './json.js';

const OPERATORS: Readonly<Record<string, (key: string, values: string) => string>> = {
  In: (key, values) => `${key} in (${values})`,
  NotIn: (key, values) => `${key} notin (${values})`,
  Exists: (key) => key,
  DoesNotExist: (key) => `!${key}`,
};

/**
 * The pods of a workload as a `labelSelector` parameter, from its `spec.selector` (a LabelSelector, or a plain map as in a
 * Service). Undefined when it selects none: an empty selector would select every pod of the namespace.
 */
export function podSelectorOf(workload: JsonObject): string | undefined {
  const selector = objectAt(workload, 'spec', 'selector');
  if (!selector) return undefined;
  const isPlain = !('matchLabels' in selector) && !('matchExpressions' in selector);
  const labels = Object.entries((isPlain ? selector : objectAt(selector, 'matchLabels')) ?? {});
  const equal = labels.map(([key, value]) => (typeof value === 'string' ? `${key}=${value}` : undefined));
  const terms = [...equal, ...listAt(selector, 'matchExpressions').map(readExpression)];
  return terms.length > 0 && terms.every((term) => term !== undefined) ? terms.join(',') : undefined;
}

function readExpression(expression: unknown): string | undefined {
  if (!isJsonObject(expression)) return undefined;
  const key = textAt(expression, 'key');
  const operator = OPERATORS[textAt(expression, 'operator') ?? ''];
  const values = listAt(expression, 'values').filter((value) => typeof value === 'string');
  return key !== undefined && operator ? operator(key, values.join(',')) : undefined;
}
