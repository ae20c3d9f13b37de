import { createHash } from 'node:crypto';

import type { VerifiedPackage } from '../../src/registry/index.js';
import { type PackageFile, type PackageSpec, type Step, YAML_MEDIA_TYPE } from '../../src/wpk/index.js';

/** A step that reads one object; retries are off and waits are short. */
export function aStep(more: Partial<Omit<Step, 'retry'>> & { readonly retry?: Partial<Step['retry']> } = {}): Step {
  const { retry, ...rest } = more;
  return {
    ...{ name: 'look', uses: 'kubernetes/get', timeoutMs: 5000, continueOnError: false },
    with: { kind: 'Deployment', namespace: 'shop', name: 'web' },
    retry: {
      limit: 0,
      backoff: { initialMs: 1, factor: 1, capMs: 10, jitter: 0 },
      on: ['transient', 'timeout'],
      ...retry,
    },
    ...rest,
  };
}

const IN_SHOP = { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'patch'], namespaces: ['shop'] };

/** A package that the registry vouches for and policy has nothing to say about. */
export function aVerifiedPackage(
  spec: Partial<PackageSpec> = {},
  facts: Partial<VerifiedPackage['facts']> = {},
): VerifiedPackage {
  const { name, version } = { name: 'restart-unhealthy', version: '1.0.0' };
  const safety = { mode: 'manual', approvalRequired: false, dryRunRequired: false } as const;
  const whole: PackageSpec = {
    ...{ inputs: { type: 'object' }, safety, permissions: [IN_SHOP], timeouts: { runMs: 600_000, queueMs: 300_000 } },
    ...{ steps: [aStep()], outputs: {} },
    ...spec,
  };
  const content = {
    apiVersion: 'atom.dev/v1',
    kind: 'WorkflowPackage',
    metadata: { name, version, tags: [] },
    spec: whole,
  } as const;
  const digest = `sha256:${createHash('sha256').update(JSON.stringify(content)).digest('hex')}` as const;
  const file: PackageFile = {
    ...{ digest, mediaType: YAML_MEDIA_TYPE, package: content, files: [], locate: () => undefined },
    document: content as unknown as PackageFile['document'],
  };
  return {
    ...{ name, version, digest, package: content, file, signers: [{ kind: 'key', keyId: 'key-1' }] },
    facts: { digest, safety, findings: [], ...facts },
  };
}
