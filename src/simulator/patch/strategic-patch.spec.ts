import { describe, expect, it } from '@jest/globals';

import { strategicPatch } from './strategic-patch.js';

const app = { name: 'app', image: 'app:1' };
const proxy = { name: 'proxy', image: 'proxy:1' };
const pod = (...containers: unknown[]) => ({ spec: { containers } });

type Case = [what: string, target: unknown, patch: unknown, result: unknown];

const MERGES: Case[] = [
  ['maps key by key', { a: { b: 1, c: 2 } }, { a: { b: 3 } }, { a: { b: 3, c: 2 } }],
  [
    'null as a deletion',
    { metadata: { labels: { a: '1', b: '2' } } },
    { metadata: { labels: { a: null } } },
    { metadata: { labels: { b: '2' } } },
  ],
  ['containers by name', pod(app, proxy), pod({ name: 'app', image: 'app:2' }), pod({ ...app, image: 'app:2' }, proxy)],
  ['a new container at the end', pod(app), pod(proxy), pod(app, proxy)],
  ['$patch: delete of one container', pod(app, proxy), pod({ name: 'proxy', $patch: 'delete' }), pod(app)],
  ['$patch: delete of what is not there', pod(app), pod({ name: 'proxy', $patch: 'delete' }), pod(app)],
  ['$patch: replace of a list', pod(app, proxy), pod({ $patch: 'replace' }, { name: 'new' }), pod({ name: 'new' })],
  ['$patch: replace of a map', { spec: { a: 1, b: 2 } }, { spec: { $patch: 'replace', c: 3 } }, { spec: { c: 3 } }],
  ['$patch: delete of a map', { spec: { a: { b: 1 } } }, { spec: { a: { $patch: 'delete' } } }, { spec: { a: {} } }],
  [
    'env by name, below its container',
    pod({
      ...app,
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
    }),
    pod({ name: 'app', env: [{ name: 'B', value: '3' }] }),
    pod({
      ...app,
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: '3' },
      ],
    }),
  ],
  [
    'an env value that becomes a reference',
    pod({ ...app, env: [{ name: 'A', value: '1' }] }),
    pod({ name: 'app', env: [{ name: 'A', value: null, valueFrom: { secretKeyRef: { name: 's' } } }] }),
    pod({ ...app, env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's' } } }] }),
  ],
  [
    'container ports by containerPort',
    pod({ ...app, ports: [{ containerPort: 80, name: 'http' }] }),
    pod({ name: 'app', ports: [{ containerPort: 80, name: 'web' }, { containerPort: 443 }] }),
    pod({ ...app, ports: [{ containerPort: 80, name: 'web' }, { containerPort: 443 }] }),
  ],
  [
    'service ports by port',
    { spec: { ports: [{ port: 80, targetPort: 8080 }] } },
    { spec: { ports: [{ port: 80, targetPort: 9090 }] } },
    { spec: { ports: [{ port: 80, targetPort: 9090 }] } },
  ],
  [
    'volume mounts by mountPath',
    pod({ ...app, volumeMounts: [{ name: 'v', mountPath: '/a' }] }),
    pod({ name: 'app', volumeMounts: [{ name: 'w', mountPath: '/b' }] }),
    pod({
      ...app,
      volumeMounts: [
        { name: 'v', mountPath: '/a' },
        { name: 'w', mountPath: '/b' },
      ],
    }),
  ],
  [
    'conditions by type',
    {
      status: {
        conditions: [
          { type: 'Ready', status: 'False' },
          { type: 'Seen', status: 'True' },
        ],
      },
    },
    { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
    {
      status: {
        conditions: [
          { type: 'Ready', status: 'True' },
          { type: 'Seen', status: 'True' },
        ],
      },
    },
  ],
  [
    'an atomic list by replacing it',
    pod({ ...app, args: ['a', 'b'] }),
    pod({ name: 'app', args: ['c'] }),
    pod({ ...app, args: ['c'] }),
  ],
  [
    'tolerations by replacing them',
    { spec: { tolerations: [{ key: 'a' }] } },
    { spec: { tolerations: [{ key: 'b' }] } },
    { spec: { tolerations: [{ key: 'b' }] } },
  ],
  [
    'finalizers as a set',
    { metadata: { finalizers: ['a'] } },
    { metadata: { finalizers: ['a', 'b'] } },
    { metadata: { finalizers: ['a', 'b'] } },
  ],
  [
    '$deleteFromPrimitiveList',
    { metadata: { finalizers: ['a', 'b'] } },
    { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } },
    { metadata: { finalizers: ['b'] } },
  ],
  [
    '$retainKeys, as kubectl sends for a changed strategy',
    { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } },
    { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } },
    { spec: { strategy: { type: 'Recreate' } } },
  ],
  [
    '$setElementOrder',
    pod(app, proxy),
    {
      spec: {
        '$setElementOrder/containers': [{ name: 'proxy' }, { name: 'app' }],
        containers: [{ name: 'app', image: 'app:2' }],
      },
    },
    pod(proxy, { ...app, image: 'app:2' }),
  ],
  [
    '$setElementOrder around an item that only the server knows',
    pod(app, { name: 'injected' }, proxy),
    { spec: { '$setElementOrder/containers': [{ name: 'proxy' }, { name: 'app' }] } },
    pod(proxy, app, { name: 'injected' }),
  ],
  ['a list into nothing, without its directives', {}, pod({ name: 'gone', $patch: 'delete' }, app), pod(app)],
  [
    'the restart annotation into a template that has none',
    { spec: { template: { metadata: {} } } },
    { spec: { template: { metadata: { annotations: { at: 'now' } } } } },
    { spec: { template: { metadata: { annotations: { at: 'now' } } } } },
  ],
];

describe(strategicPatch, () => {
  it.each(MERGES)('merges %s', (_, target, patch, result) => {
    const before = JSON.stringify(target);
    expect(strategicPatch(target, patch)).toEqual(result);
    expect(JSON.stringify(target)).toBe(before);
  });

  it('refuses a list item without its merge key', () => {
    const patch = pod({ image: 'app:2' });
    expect(() => strategicPatch(pod(app), patch)).toThrow(expect.objectContaining({ code: 'malformed' }));
  });

  it('refuses a directive that it does not know', () => {
    const patch = { spec: { $patch: 'append' } };
    expect(() => strategicPatch({ spec: {} }, patch)).toThrow(expect.objectContaining({ code: 'malformed' }));
  });

  it('refuses a patch that is a list', () => {
    expect(() => strategicPatch({}, [])).toThrow(expect.objectContaining({ code: 'malformed' }));
  });
});
