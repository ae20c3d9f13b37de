import { ApiError } from './api.error.js';
import { type KubeObject, textField } from './objects.js';
import type { LabelSelector } from './workloads.js';

export type Predicate = (object: KubeObject) => boolean;
type Labels = Readonly<Record<string, string>>;

/**
 * The query parameter `labelSelector`: comma-separated `a=b`, `a==b`, `a!=b`, `a in (x,y)`, `a notin (x,y)`, `a`, `!a`.
 * @throws ApiError 400 when it cannot be read
 */
export function parseLabelSelector(text: string): Predicate {
  const terms = splitOutsideBrackets(text).map(parseLabelTerm);
  return (object) => terms.every((matches) => matches(object.metadata.labels ?? {}));
}

function splitOutsideBrackets(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== '');
}

function parseLabelTerm(term: string): (labels: Labels) => boolean {
  const set = /^([^\s!=(),]+)\s+(in|notin)\s+\(([^()]*)\)$/.exec(term);
  if (set) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    // A label that is absent is "not in" every set.
    return (labels) => values.includes(labels[key] ?? '\u0000') === (operator === 'in');
  }
  const equality = /^([^\s!=(),]+)\s*(==|=|!=)\s*([^\s!=(),]*)$/.exec(term);
  if (equality) {
    const [, key = '', operator, value = ''] = equality;
    return (labels) => (labels[key] === value) === (operator !== '!=');
  }
  const existence = /^(!?)\s*([^\s!=(),]+)$/.exec(term);
  if (!existence) throw ApiError.badRequest(`unable to parse requirement: ${JSON.stringify(term)}`);
  const [, not, key = ''] = existence;
  return (labels) => key in labels === (not === '');
}

/** A `metav1.LabelSelector` of a workload. An empty one selects everything. */
export function matchesSelector(selector: LabelSelector, labels: Labels): boolean {
  const equal = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  const expressions = selector.matchExpressions ?? [];
  return equal && expressions.every((expression) => matchesExpression(expression, labels));
}

function matchesExpression(e: { key: string; operator: string; values?: string[] }, labels: Labels): boolean {
  const value = labels[e.key];
  const listed = value !== undefined && (e.values ?? []).includes(value);
  if (e.operator === 'In') return listed;
  if (e.operator === 'NotIn') return !listed;
  return (value !== undefined) === (e.operator === 'Exists');
}

/** The text form of a workload's selector, as `scale` objects show it. */
export function formatSelector(selector: LabelSelector | undefined): string {
  const equal = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const expressions = (selector?.matchExpressions ?? []).map((e) => {
    if (e.operator === 'Exists') return e.key;
    if (e.operator === 'DoesNotExist') return `!${e.key}`;
    return `${e.key} ${e.operator.toLowerCase()} (${(e.values ?? []).join(',')})`;
  });
  return [...equal.sort(), ...expressions].join(',');
}

const EVERY_KIND = ['metadata.name', 'metadata.namespace'];
const EVENT_REFERENCE = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];
const SELECTABLE: Readonly<Record<string, readonly string[]>> = {
  Pod: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'status.phase',
    'status.podIP',
  ],
  Event: [
    ...EVENT_REFERENCE.flatMap((name) => [`involvedObject.${name}`, `regarding.${name}`]),
    'reason',
    'type',
    'source',
    'reportingComponent',
  ],
  Namespace: ['status.phase'],
  Node: ['spec.unschedulable'],
  Secret: ['type'],
  Job: ['status.successful'],
};

/**
 * The query parameter `fieldSelector`: comma-separated `path=value`, `path==value`, `path!=value`.
 * @throws ApiError 400 for a field that the real server cannot select by
 */
export function parseFieldSelector(text: string, kind: string): Predicate {
  const terms = text
    .split(',')
    .filter((term) => term !== '')
    .map((term) => parseFieldTerm(term, kind));
  return (object) => terms.every((matches) => matches(object));
}

function parseFieldTerm(term: string, kind: string): Predicate {
  const parts = /^([^=!]+)(==|=|!=)(.*)$/.exec(term);
  if (!parts) throw ApiError.badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
  const [, path = '', operator, value = ''] = parts;
  if (!EVERY_KIND.includes(path) && !(SELECTABLE[kind] ?? []).includes(path)) {
    throw ApiError.badRequest(`field label not supported: ${path}`);
  }
  const steps = path.replace(/^regarding\./, 'involvedObject.').split('.');
  return (object) => (textField(object, ...steps) === value) === (operator !== '!=');
}
