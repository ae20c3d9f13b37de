import type { StatusCause } from './api.error.js';
import { FAULT_ANNOTATION, faultOfAnnotations } from './faults.js';
import { copy, isEqual } from './json.js';
import { field, isObject, type KubeObject } from './objects.js';
import { matchesSelector } from './selectors.js';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const QUALIFIED_NAME = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const SELECTING = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet'];

/**
 * The checks whose absence a client would notice: names, labels, selectors, replica counts, containers, and the fields
 * that may not change after creation. Not every rule of the API server.
 */
export function validate(object: KubeObject, previous?: KubeObject): StatusCause[] {
  return [
    ...validateMetadata(object),
    ...validateFault(object),
    ...validateReplicas(object),
    ...(SELECTING.includes(object.kind) ? validateSelector(object, previous) : []),
    ...validateContainers(object),
    ...(previous ? validateUnchanged(object, previous) : []),
  ];
}

function validateMetadata({ metadata }: KubeObject): StatusCause[] {
  const causes: StatusCause[] = [];
  if (!SUBDOMAIN.test(metadata.name) || metadata.name.length > 253) {
    const rule = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'";
    causes.push(invalid('metadata.name', metadata.name, rule));
  }
  for (const [name, value] of Object.entries(metadata.labels ?? {})) {
    if (!QUALIFIED_NAME.test(name)) causes.push(invalid('metadata.labels', name, 'not a qualified name'));
    if (!LABEL_VALUE.test(value) || value.length > 63) {
      causes.push(
        invalid('metadata.labels', value, 'a valid label must be at most 63 alphanumeric characters, -, _ or .'),
      );
    }
  }
  for (const name of Object.keys(metadata.annotations ?? {})) {
    if (!QUALIFIED_NAME.test(name)) causes.push(invalid('metadata.annotations', name, 'not a qualified name'));
  }
  return causes;
}

/** A fault that is misspelt would be a test that tests nothing. */
function validateFault(object: KubeObject): StatusCause[] {
  const value = object.metadata.annotations?.[FAULT_ANNOTATION];
  if (value === undefined || faultOfAnnotations(object)) return [];
  return [invalid(`metadata.annotations[${FAULT_ANNOTATION}]`, value, 'the simulator knows no such fault')];
}

function validateReplicas(object: KubeObject): StatusCause[] {
  const names = [
    'replicas',
    'parallelism',
    'completions',
    'backoffLimit',
    'progressDeadlineSeconds',
    'minReadySeconds',
  ];
  return names.flatMap((name) => {
    const value = field(object.spec, name);
    if (value === undefined || (Number.isInteger(value) && (value as number) >= 0)) return [];
    return [invalid(`spec.${name}`, value, 'must be greater than or equal to 0')];
  });
}

function validateSelector(object: KubeObject, previous: KubeObject | undefined): StatusCause[] {
  const selector = field(object.spec, 'selector');
  const labels = field(object.spec, 'template', 'metadata', 'labels');
  if (!isObject(selector) || Object.keys(selector).length === 0) {
    return [{ reason: 'FieldValueRequired', message: 'Required value', field: 'spec.selector' }];
  }
  const causes: StatusCause[] = [];
  if (!matchesSelector(selector, isObject(labels) ? (labels as Record<string, string>) : {})) {
    causes.push(invalid('spec.template.metadata.labels', labels ?? {}, '`selector` does not match template `labels`'));
  }
  if (previous && !isEqual(selector, field(previous.spec, 'selector'))) {
    causes.push(invalid('spec.selector', selector, 'field is immutable'));
  }
  return causes;
}

function validateContainers(object: KubeObject): StatusCause[] {
  const path = podSpecPath(object.kind);
  if (!path) return [];
  const containers = field(object, ...path, 'containers');
  const at = `${path.join('.')}.containers`;
  if (!Array.isArray(containers) || containers.length === 0) {
    return [{ reason: 'FieldValueRequired', message: 'Required value', field: at }];
  }
  const names = new Set<unknown>();
  return containers.flatMap((container: unknown, i) => {
    const causes: StatusCause[] = [];
    for (const name of ['name', 'image']) {
      if (!field(container, name)) {
        causes.push({ reason: 'FieldValueRequired', message: 'Required value', field: `${at}[${i}].${name}` });
      }
    }
    const name = field(container, 'name');
    if (names.has(name)) {
      const message = `Duplicate value: ${JSON.stringify(name)}`;
      causes.push({ reason: 'FieldValueDuplicate', message, field: `${at}[${i}].name` });
    }
    names.add(name);
    return causes;
  });
}

/** Where a kind keeps its pod spec. */
export function podSpecPath(kind: string): string[] | undefined {
  if (kind === 'Pod') return ['spec'];
  if (kind === 'CronJob') return ['spec', 'jobTemplate', 'spec', 'template', 'spec'];
  return [...SELECTING, 'Job'].includes(kind) ? ['spec', 'template', 'spec'] : undefined;
}

function validateUnchanged(object: KubeObject, previous: KubeObject): StatusCause[] {
  if (object.kind === 'Job' && !isEqual(field(object.spec, 'template'), field(previous.spec, 'template'))) {
    return [invalid('spec.template', field(object.spec, 'template'), 'field is immutable')];
  }
  if (object.kind === 'Pod' && !isEqual(frozenPodSpec(object), frozenPodSpec(previous))) {
    const message =
      'Forbidden: pod updates may not change fields other than `spec.containers[*].image`,' +
      '`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing' +
      ' tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';
    return [{ reason: 'FieldValueForbidden', message, field: 'spec' }];
  }
  const immutable = field(previous, 'immutable') === true;
  if (immutable && !isEqual(field(object, 'data'), field(previous, 'data'))) {
    return [
      {
        reason: 'FieldValueForbidden',
        message: 'Forbidden: field is immutable when `immutable` is set',
        field: 'data',
      },
    ];
  }
  return [];
}

function frozenPodSpec(pod: KubeObject): unknown {
  const spec = copy(pod.spec) as Record<string, unknown>;
  for (const name of ['activeDeadlineSeconds', 'tolerations', 'nodeName']) Reflect.deleteProperty(spec, name);
  for (const list of [spec['containers'], spec['initContainers']]) {
    if (Array.isArray(list)) for (const container of list) if (isObject(container)) container['image'] = '';
  }
  return spec;
}

function invalid(at: string, value: unknown, why: string): StatusCause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field: at };
}
