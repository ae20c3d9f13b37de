import { type ActionDescriptor, objectSchema } from './action.descriptor.js';
import { apiVersion, flag, integer, kind, kindOf, list, name, namespace, text } from './kubernetes.fields.js';

const replicas = integer('Number of replicas.', { minimum: 0, maximum: 1000 });

const restart: ActionDescriptor = {
  name: 'kubernetes/restart',
  summary: 'Restart the pods of a workload one after the other, as kubectl rollout restart does.',
  // The time in the pod template is that of the step's first attempt: sent twice, it is one restart.
  effect: 'idempotent',
  mutates: true,
  input: objectSchema({ kind: kindOf('Deployment', 'StatefulSet', 'DaemonSet'), namespace, name }, [
    'kind',
    'namespace',
    'name',
  ]),
  output: objectSchema(
    {
      restartedAt: text('The time written to the pod template, RFC 3339.'),
      generation: integer('Generation of the workload after the change.', { minimum: 0 }),
    },
    ['restartedAt', 'generation'],
  ),
};

const scale: ActionDescriptor = {
  name: 'kubernetes/scale',
  summary: 'Set the number of replicas of a workload.',
  effect: 'idempotent',
  mutates: true,
  input: objectSchema(
    {
      kind: kindOf('Deployment', 'StatefulSet', 'ReplicaSet'),
      namespace,
      name,
      replicas,
      currentReplicas: {
        ...replicas,
        description: 'Only when this is the number now, as for kubectl scale --current-replicas.',
      },
    },
    ['kind', 'namespace', 'name', 'replicas'],
  ),
  output: objectSchema(
    {
      before: { ...replicas, description: 'Replicas before.' },
      after: { ...replicas, description: 'Replicas after.' },
    },
    ['before', 'after'],
  ),
};

const annotate: ActionDescriptor = {
  name: 'kubernetes/annotate',
  summary: 'Set or remove annotations of an object.',
  effect: 'idempotent',
  mutates: true,
  input: objectSchema(
    {
      apiVersion,
      kind,
      namespace,
      name,
      annotations: {
        type: 'object',
        description: 'Annotations by name; null removes one.',
        minProperties: 1,
        maxProperties: 50,
        propertyNames: {
          maxLength: 317,
          pattern: '^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$',
        },
        additionalProperties: { type: ['string', 'null'], maxLength: 65_536 },
        examples: [{ 'atom.dev/note': 'restarted by hand', 'atom.dev/old': null }],
      },
      overwrite: flag(
        'Replace a value that is already there; without it, another value is an error, as for kubectl annotate.',
      ),
    },
    ['kind', 'name', 'annotations'],
  ),
  output: objectSchema({ changed: list('Names of the annotations that are not as they were.', { type: 'string' }) }, [
    'changed',
  ]),
};

export const KUBERNETES_WRITE: readonly ActionDescriptor[] = [restart, scale, annotate];
