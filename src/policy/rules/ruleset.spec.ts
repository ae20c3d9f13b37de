import { describe, expect, it } from '@jest/globals';

import type { PackageSpec, Permission, Step, WorkflowPackage } from '../../wpk/index.js';
import { inspectPackage, RULES } from './ruleset.js';

const DIGEST = `sha256:${'0'.repeat(64)}`;

const aPermission = (more: Partial<Permission> = {}): Permission => ({
  ...{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'patch'], namespaces: ['web'] },
  ...more,
});

const aStep = (uses: string, input: Record<string, unknown> = {}): Step => ({
  ...{ name: uses.replace('/', '-'), uses, with: input, timeoutMs: 1000, continueOnError: false },
  retry: { limit: 0, backoff: { initialMs: 1, factor: 1, capMs: 1, jitter: 0 }, on: [] },
});

const aPackage = (spec: Partial<PackageSpec>): WorkflowPackage => ({
  ...{ apiVersion: 'atom.dev/v1', kind: 'WorkflowPackage' },
  metadata: { name: 'demo', version: '1.0.0', tags: [] },
  spec: {
    ...{ inputs: { type: 'object' }, permissions: [], steps: [], outputs: {} },
    safety: { mode: 'manual', approvalRequired: false, dryRunRequired: false },
    timeouts: { runMs: 1000, queueMs: 1000 },
    ...spec,
  },
});

function inspect(spec: Partial<PackageSpec>): string[] {
  const { findings } = inspectPackage(DIGEST, aPackage(spec), () => undefined);
  return findings.map(({ ruleId, pointer }) => `${ruleId} ${pointer}`);
}

describe('the ruleset', () => {
  it('has no id twice', () => {
    expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
  });

  it('finds nothing in a narrow and verified package', () => {
    const steps = [aStep('kubernetes/restart', { namespace: 'web' }), aStep('kubernetes/wait')];
    expect(inspect({ permissions: [aPermission()], steps })).toEqual([]);
  });

  it('asks for the line of what it found', () => {
    const locate = (pointer: string) => (pointer === '/spec/permissions/0/verbs/1' ? { line: 12 } : undefined);
    const workflow = aPackage({ permissions: [aPermission({ verbs: ['get', '*'] })] });
    const { findings } = inspectPackage(DIGEST, workflow, locate);
    expect(findings).toEqual([expect.objectContaining({ severity: 'critical', cwe: 'CWE-250', line: 12 })]);
  });
});

describe('ATOM-RBAC-001', () => {
  it.each<[string, Partial<Permission>, string]>([
    ['every verb', { verbs: ['*'] }, 'verbs/0'],
    ['every resource', { resources: ['pods', '*'] }, 'resources/1'],
    ['every API group', { apiGroups: ['*'] }, 'apiGroups/0'],
    ['every sub-resource', { resources: ['pods/*'] }, 'resources/0'],
  ])('finds a permission for %s', (_, permission, place) => {
    expect(inspect({ permissions: [aPermission(permission)] })).toEqual([
      `ATOM-RBAC-001 #/spec/permissions/0/${place}`,
    ]);
  });
});

describe('ATOM-K8S-001', () => {
  it.each<[string, Partial<PackageSpec>, string]>([
    [
      'a permission in kube-system',
      { permissions: [aPermission({ namespaces: ['web', 'kube-system'] })] },
      'permissions/0/namespaces/1',
    ],
    [
      'a permission in all namespaces',
      { permissions: [aPermission({ namespaces: ['*'] })] },
      'permissions/0/namespaces/0',
    ],
    ['a permission that lists none', { permissions: [withoutNamespaces(aPermission())] }, 'permissions/0'],
    ['a permission with an empty list', { permissions: [aPermission({ namespaces: [] })] }, 'permissions/0'],
    [
      'a step in kube-public',
      { steps: [aStep('kubernetes/get', { namespace: 'kube-public' })] },
      'steps/0/with/namespace',
    ],
  ])('finds %s', (_, spec, place) => {
    expect(inspect(spec)).toEqual([`ATOM-K8S-001 #/spec/${place}`]);
  });

  it('knows that some resources have no namespace', () => {
    const permission = withoutNamespaces(aPermission({ apiGroups: [''], resources: ['nodes'], verbs: ['get'] }));
    expect(inspect({ permissions: [permission] })).toEqual([]);
  });

  it('takes a namespace that an input names as bounded', () => {
    expect(inspect({ permissions: [aPermission({ namespaces: ['${{ inputs.namespace }}'] })] })).toEqual([]);
  });
});

describe('ATOM-FLOW-001', () => {
  it('finds a change after the last wait', () => {
    const steps = [aStep('kubernetes/scale'), aStep('kubernetes/wait'), aStep('kubernetes/restart')];
    expect(inspect({ steps })).toEqual(['ATOM-FLOW-001 #/spec/steps/2']);
  });

  it('asks for no wait after reading', () => {
    expect(inspect({ steps: [aStep('kubernetes/wait'), aStep('kubernetes/logs')] })).toEqual([]);
  });
});

describe('ATOM-FLOW-002', () => {
  const steps = [
    aStep('kubernetes/get'),
    aStep('kubernetes/restart'),
    aStep('kubernetes/scale'),
    aStep('kubernetes/wait'),
  ];
  const safety = { mode: 'manual', approvalRequired: false, dryRunRequired: false } as const;

  it('finds a package that may change more objects than it says', () => {
    expect(inspect({ steps, safety: { ...safety, maxObjects: 1 } })).toEqual([
      'ATOM-FLOW-002 #/spec/safety/maxObjects',
    ]);
  });

  it('is content when the changes fit, or no bound is given', () => {
    expect(inspect({ steps, safety: { ...safety, maxObjects: 2 } })).toEqual([]);
    expect(inspect({ steps, safety })).toEqual([]);
  });
});

function withoutNamespaces({ apiGroups, resources, verbs }: Permission): Permission {
  return { apiGroups, resources, verbs };
}
