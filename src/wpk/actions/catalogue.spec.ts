import { describe, expect, it } from '@jest/globals';

import { createAjv } from '../schema/validator.js';
import { ACTIONS, validateActionInput, validateLiteralInput } from './catalogue.js';

describe('the action catalogue', () => {
  it('names the Kubernetes verbs of this version', () => {
    const verbs = ['get', 'list', 'logs', 'events', 'wait', 'restart', 'scale', 'annotate'];
    expect([...ACTIONS.keys()]).toEqual(verbs.map((verb) => `kubernetes/${verb}`));
  });

  it.each([...ACTIONS.values()])('publishes closed, valid schemas for $name', ({ input, output, effect, mutates }) => {
    const ajv = createAjv({ meta: true, validateSchema: true });
    expect(() => [ajv.compile(input), ajv.compile(output)]).not.toThrow();
    expect([input, output]).toMatchObject([{ additionalProperties: false }, { additionalProperties: false }]);
    expect(mutates).toBe(effect !== 'read');
  });

  it('knows what a crash in the middle means for each action that changes something', () => {
    const effects = [...ACTIONS.values()].filter(({ mutates }) => mutates).map(({ name, effect }) => [name, effect]);
    expect(effects).toEqual([
      ['kubernetes/restart', 'idempotent'],
      ['kubernetes/scale', 'idempotent'],
      ['kubernetes/annotate', 'idempotent'],
    ]);
  });
});

describe('validateActionInput', () => {
  const at = { namespace: 'shop', name: 'web' };

  it.each<[string, unknown]>([
    ['kubernetes/get', { kind: 'Deployment', ...at }],
    ['kubernetes/get', { apiVersion: 'example.com/v1alpha1', kind: 'Widget', name: 'w.1' }],
    ['kubernetes/get', { kind: 'ClusterRole', name: 'system:node' }],
    ['kubernetes/list', { kind: 'Pod' }],
    [
      'kubernetes/list',
      {
        kind: 'Pod',
        namespace: 'shop',
        labelSelector: 'app in (a,b)',
        fieldSelector: 'status.phase!=Running',
        limit: 5,
      },
    ],
    ['kubernetes/logs', { namespace: 'shop', pod: 'web-1' }],
    ['kubernetes/logs', { namespace: 'shop', selector: 'app=web', previous: true, sinceSeconds: 60, timestamps: true }],
    ['kubernetes/logs', { kind: 'Deployment', ...at, container: 'app', tailLines: 5000 }],
    ['kubernetes/events', { namespace: 'shop' }],
    ['kubernetes/events', { kind: 'Deployment', ...at, types: ['Warning'] }],
    ['kubernetes/wait', { kind: 'Deployment', ...at, for: 'rollout', stableFor: '1m30s' }],
    ['kubernetes/wait', { kind: 'Pod', ...at, for: 'condition=Ready' }],
    ['kubernetes/wait', { kind: 'Pod', ...at, for: 'condition=example.com/Done=False' }],
    ['kubernetes/wait', { kind: 'Pod', ...at, for: 'delete' }],
    ['kubernetes/restart', { kind: 'StatefulSet', ...at }],
    ['kubernetes/scale', { kind: 'Deployment', ...at, replicas: 0, currentReplicas: 3 }],
    ['kubernetes/annotate', { kind: 'Deployment', ...at, annotations: { 'a.b/c': 'x', d: null }, overwrite: true }],
  ])('%s takes %j', (name, input) => {
    expect(validateActionInput(name, input)).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['kubernetes/get', { kind: 'Deployment' }, ''],
    ['kubernetes/get', { kind: 'Deployment', ...at, nam: 1 }, '/nam'],
    ['kubernetes/get', { kind: 'Deployment', namespace: 'shop', name: '../secrets/x' }, '/name'],
    ['kubernetes/get', { kind: 'Deployment', namespace: 'shop', name: '..' }, '/name'],
    ['kubernetes/get', { kind: 'Deployment', namespace: 'shop/..', name: 'x' }, '/namespace'],
    ['kubernetes/get', { kind: 'deployments', ...at }, '/kind'],
    ['kubernetes/get', { apiVersion: 'apps/v1/../x', kind: 'Deployment', ...at }, '/apiVersion'],
    ['kubernetes/list', { kind: 'Pod', limit: 0 }, '/limit'],
    ['kubernetes/logs', { namespace: 'shop' }, ''],
    ['kubernetes/logs', { namespace: 'shop', pod: 'a', selector: 'b' }, ''],
    ['kubernetes/logs', { namespace: 'shop', kind: 'Deployment' }, ''],
    ['kubernetes/logs', { namespace: 'shop', pod: 'a', tailLines: 5001 }, '/tailLines'],
    ['kubernetes/logs', { namespace: 'shop', pod: 'a', tailLines: '200' }, '/tailLines'],
    ['kubernetes/events', { ...at }, ''],
    ['kubernetes/events', { namespace: 'shop', types: ['Bad'] }, '/types/0'],
    ['kubernetes/wait', { kind: 'Pod', ...at, for: 'condition' }, '/for'],
    ['kubernetes/wait', { kind: 'Pod', ...at, for: 'rollout', stableFor: '10' }, '/stableFor'],
    ['kubernetes/restart', { kind: 'Pod', ...at }, '/kind'],
    ['kubernetes/scale', { kind: 'Deployment', ...at, replicas: 1001 }, '/replicas'],
    ['kubernetes/scale', { kind: 'Deployment', ...at, replicas: 1.5 }, '/replicas'],
    ['kubernetes/annotate', { kind: 'Deployment', ...at, annotations: {} }, '/annotations'],
    ['kubernetes/annotate', { kind: 'Deployment', ...at, annotations: { a: 1 } }, '/annotations/a'],
    ['kubernetes/annotate', { kind: 'Deployment', ...at, annotations: { 'a b': 'x' } }, '/annotations/a b'],
    ['kubernetes/restart', 'text', ''],
    ['kubernetes/nothing', {}, ''],
  ])('%s refuses %j', (name, input, pointer) => {
    const pointers = validateActionInput(name, input).map((problem) => problem.pointer);
    expect(pointers).toContain(pointer);
  });
});

describe('validateLiteralInput', () => {
  it('lets an expression stand for any value and still judges the rest', () => {
    const input = { kind: '${{ inputs.kind }}', namespace: 'shop', name: 'web', replicas: '${{ inputs.n }}', extra: 1 };
    expect(validateLiteralInput('kubernetes/scale', input)).toMatchObject([{ pointer: '/extra' }]);
  });

  it('looks for expressions inside of values', () => {
    const input = { kind: 'Pod', name: 'x', annotations: { note: '${{ run.id }}' } };
    expect(validateLiteralInput('kubernetes/annotate', input)).toEqual([]);
  });

  it('does not take a plain text for an expression', () => {
    const input = { kind: 'Deployment', namespace: 'shop', name: 'web', replicas: '3' };
    expect(validateLiteralInput('kubernetes/scale', input)).toMatchObject([{ pointer: '/replicas' }]);
  });
});
