import { describe, expect, it } from '@jest/globals';

import { readResources } from './resource.catalog.js';
import { pathOf } from './resource.js';

const answer = {
  resources: [
    { name: 'deployments', kind: 'Deployment', namespaced: true },
    { name: 'deployments/scale', kind: 'Scale', group: 'autoscaling', namespaced: true },
    { name: 'deployments/status', kind: 'Deployment', namespaced: true },
  ],
};
const [deployments] = readResources('apps/v1', answer);
const [nodes] = readResources('v1', { resources: [{ name: 'nodes', kind: 'Node', namespaced: false }] });

describe(readResources.name, () => {
  it('reads group, version and sub-resources', () => {
    expect(deployments).toEqual({
      ...{ group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', namespaced: true },
      subresources: ['scale', 'status'],
    });
    expect(nodes).toMatchObject({ group: '', version: 'v1', namespaced: false, subresources: [] });
  });
});

describe(pathOf.name, () => {
  it('leads to objects, sub-resources and collections of either API root', () => {
    expect(pathOf(deployments!, { namespace: 'shop', name: 'web', subresource: 'scale' })).toBe(
      '/apis/apps/v1/namespaces/shop/deployments/web/scale',
    );
    expect(pathOf(deployments!, {})).toBe('/apis/apps/v1/deployments');
    expect(pathOf(nodes!, { name: 'node-1' })).toBe('/api/v1/nodes/node-1');
  });

  it('encodes the colons and capitals of RBAC names', () => {
    expect(pathOf(nodes!, { name: 'system:Node' })).toBe('/api/v1/nodes/system%3ANode');
  });

  it.each(['', '.', '..', 'a/b', '../secrets/x', 'a%2fb'])('never leaves its place for the name %j', (name) => {
    expect(() => pathOf(deployments!, { namespace: 'shop', name })).toThrow(
      expect.objectContaining({ code: 'STEP.REJECTED' }),
    );
    expect(() => pathOf(deployments!, { namespace: name, name: 'web' })).toThrow();
  });
});
