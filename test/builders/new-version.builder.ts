import { createHash } from 'node:crypto';

import type { AuditLog } from '../../src/audit/index.js';
import type { TrustStore } from '../../src/registry/trust/trust.store.js';
import type { WorkflowStore } from '../../src/registry/workflows/workflow.store.js';
import type { NewSignature, NewVersion, WorkflowVersion } from '../../src/registry/workflows/workflow-version.js';
import { aDecision } from './run.builder.js';

/** A store of workflows, what it looks at and what it writes to. */
export interface WorkflowsSubject {
  readonly store: WorkflowStore;
  readonly trust: TrustStore;
  readonly audit: AuditLog;
  /** So many hours go by for overrides. */
  pass(hours: number): Promise<void>;
}

export function aSignature(keyId = 'key-1', more: Partial<NewSignature> = {}): NewSignature {
  return {
    kind: 'bundle',
    text: '{}',
    signer: { kind: 'key', keyId },
    isLogged: false,
    isAttested: false,
    signedAt: null,
    ...more,
  };
}

export function aNewVersion(name: string, version: string, more: Partial<NewVersion> = {}): NewVersion {
  const bytes = more.bytes ?? Buffer.from(`${name}@${version}`);
  return {
    ...{ name, version, bytes, description: `${name} ${version}`, author: null, tags: ['a', 'b'] },
    ...{ families: ['kubernetes'], safetyMode: 'manual', decision: aDecision() },
    digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    ...{ mediaType: 'application/yaml', uploadedBy: 'ci', signatures: [aSignature()] },
    ...more,
  };
}

/** What a store makes of it when it is new. */
export function asAdded({ bytes, signatures, ...content }: NewVersion): Record<keyof WorkflowVersion, unknown> {
  const standing = { state: 'active', stateReason: null, stateBy: null, stateAt: null, override: null };
  return { ...content, ...standing, size: bytes.length, signer: signatures[0]!.signer, createdAt: new Date() };
}
