import { type ActionDescriptor, objectSchema } from './action.descriptor.js';
import {
  apiVersion,
  container,
  flag,
  integer,
  kind,
  list,
  name,
  namespace,
  object,
  selector,
  text,
} from './kubernetes.fields.js';

const get: ActionDescriptor = {
  name: 'kubernetes/get',
  summary: 'Read one object.',
  effect: 'read',
  mutates: false,
  input: objectSchema({ apiVersion, kind, namespace, name }, ['kind', 'name']),
  output: objectSchema({ object }, ['object']),
};

const listObjects: ActionDescriptor = {
  name: 'kubernetes/list',
  summary: 'List objects of one kind, in one namespace or in all.',
  effect: 'read',
  mutates: false,
  input: objectSchema(
    {
      apiVersion,
      kind,
      namespace,
      labelSelector: selector,
      fieldSelector: text('Field selector, as for kubectl --field-selector.', {
        minLength: 1,
        maxLength: 1024,
        examples: ['status.phase=Failed'],
      }),
      limit: integer('At most so many objects.', { minimum: 1, maximum: 1000, default: 500 }),
    },
    ['kind'],
  ),
  output: objectSchema({ items: list('The objects.', object), count: integer('Number of items.', { minimum: 0 }) }, [
    'items',
    'count',
  ]),
};

const logs: ActionDescriptor = {
  name: 'kubernetes/logs',
  summary: 'Collect the last log lines of a pod, of the pods of a selector, or of the pods of a workload.',
  effect: 'read',
  mutates: false,
  input: objectSchema(
    {
      namespace,
      pod: { ...name, description: 'Name of one pod.' },
      selector,
      kind: { ...kind, description: 'Kind of the workload whose pods are meant.' },
      name: { ...name, description: 'Name of the workload whose pods are meant.' },
      container,
      tailLines: integer('Last lines of each container.', { minimum: 1, maximum: 5000, default: 200 }),
      previous: flag('Also the lines of the instance before the last restart, where there is one.'),
      sinceSeconds: integer('Only lines younger than this many seconds.', { minimum: 1, maximum: 604_800 }),
      timestamps: flag('Start each line with its time.'),
    },
    ['namespace'],
    {
      dependentRequired: { kind: ['name'], name: ['kind'] },
      oneOf: [{ required: ['pod'] }, { required: ['selector'] }, { required: ['kind'] }],
    },
  ),
  output: objectSchema(
    {
      text: text('The lines, under one heading for each container.'),
      pods: list('Names of the pods that were read.', { type: 'string' }),
      lines: integer('Number of log lines.', { minimum: 0 }),
      truncated: { type: 'boolean', description: 'Lines were dropped to keep the text within its bound.' },
    },
    ['text', 'pods', 'lines', 'truncated'],
  ),
};

const event = objectSchema(
  {
    type: text('Normal or Warning.'),
    reason: text('Why, in one word.', { examples: ['BackOff'] }),
    message: text('What happened.'),
    count: integer('How often.', { minimum: 1 }),
    lastSeen: text('Time of the last one, RFC 3339.'),
    object: text('kind/name of the object.', { examples: ['Pod/web-5d9c'] }),
  },
  ['type', 'reason', 'message', 'count', 'lastSeen', 'object'],
);

const events: ActionDescriptor = {
  name: 'kubernetes/events',
  summary: 'Collect the events of a namespace, or of one object and what it owns.',
  effect: 'read',
  mutates: false,
  input: objectSchema(
    {
      namespace,
      kind,
      name,
      types: list('Only events of these types.', { enum: ['Normal', 'Warning'] }, { minItems: 1, uniqueItems: true }),
    },
    ['namespace'],
    { dependentRequired: { name: ['kind'] } },
  ),
  output: objectSchema({ items: list('Newest last.', event), text: text('The events as a table for people.') }, [
    'items',
    'text',
  ]),
};

const wait: ActionDescriptor = {
  name: 'kubernetes/wait',
  summary: 'Wait until a rollout is complete, a condition holds, or an object is gone.',
  effect: 'read',
  mutates: false,
  input: objectSchema(
    {
      apiVersion,
      kind,
      namespace,
      name,
      for: text('rollout, delete, or condition=<Type>[=<Status>] as for kubectl wait; the status defaults to True.', {
        maxLength: 128,
        pattern: '^(rollout|delete|condition=[A-Za-z][A-Za-z0-9._/-]*(=[A-Za-z]+)?)$',
        examples: ['rollout', 'condition=Ready', 'condition=Progressing=False'],
      }),
      stableFor: text('It must then hold for this long without a break.', {
        pattern: '^([0-9]{1,9}(ms|s|m|h)){1,4}$',
        examples: ['10s', '2m'],
      }),
    },
    ['kind', 'namespace', 'name', 'for'],
  ),
  output: objectSchema(
    {
      met: { const: true, description: 'Always true: what does not come to hold fails the step.' },
      observed: text('What was seen.'),
    },
    ['met', 'observed'],
  ),
};

export const KUBERNETES_READ: readonly ActionDescriptor[] = [get, listObjects, logs, events, wait];
