import { Injectable } from '@nestjs/common';

import type { NewAuditEntry } from '../../audit/index.js';
import { sha256, signerId, toBundle } from '../../wpk/index.js';
import { requireDigest } from '../packages/package-opener.js';
import { RegistryError } from '../registry.error.js';
import { PackageSigner } from '../signing/package-signer.js';
import { isVersion } from './version-sort-key.js';
import { requireKept, requireRunnable } from './version-standing.js';
import type { VersionState } from './version-state.js';
import { WorkflowStore } from './workflow.store.js';
import { isWorkflowName, workflowNotFound } from './workflow-name.js';
import type { StoredSignature, WorkflowVersion } from './workflow-version.js';

interface Wanted {
  readonly from: readonly VersionState[];
  readonly to: VersionState;
  readonly action: string;
  readonly reason: string | null;
}

/** How versions stand. What they are never changes; every change of standing is audited together with it. */
@Injectable()
export class VersionLifecycle {
  constructor(
    private readonly workflows: WorkflowStore,
    private readonly signer: PackageSigner,
  ) {}

  /** No new run starts; accepted ones go on. Doing it again changes nothing. */
  yank(name: string, version: string, reason: string, by: string): Promise<WorkflowVersion> {
    return this.change(name, version, by, { from: ['active'], to: 'yanked', action: 'version.yank', reason });
  }

  unyank(name: string, version: string, by: string): Promise<WorkflowVersion> {
    return this.change(name, version, by, { from: ['yanked'], to: 'active', action: 'version.unyank', reason: null });
  }

  /** Nothing of it runs any more, for ever; what runs stops before its next step. */
  revoke(name: string, version: string, reason: string, by: string): Promise<WorkflowVersion> {
    const from = ['active', 'yanked'] as const;
    return this.change(name, version, by, { from, to: 'revoked', action: 'version.revoke', reason });
  }

  /** An admin's word that it may run for so many hours although it was yanked or policy says otherwise. Null ends one, if any. */
  async override(
    name: string,
    version: string,
    override: { readonly reason: string; readonly hours: number } | null,
    by: string,
  ): Promise<WorkflowVersion> {
    const before = await this.find(name, version);
    if (!override && !before.override) return before;
    const action = override ? 'version.override' : 'version.end-override';
    const audit = auditEntry(name, version, by, action, { ...override });
    const changed = await this.workflows.setOverride({ name, version }, override && { ...override, by }, audit);
    const found = await this.find(name, version);
    if (!changed) throw conflict(found, 'cannot be overridden: only active and yanked versions can');
    return found;
  }

  /**
   * One more signature, with the key that this Atom keeps in Vault; the bytes are held to their digest first, so nothing that
   * was changed in the database is ever signed. Throws `signing-not-configured` or `signing-unavailable`.
   */
  async sign(name: string, version: string, by: string): Promise<StoredSignature> {
    const found = await this.find(name, version);
    requireRunnable(found);
    const { digest } = found;
    const stored = await this.workflows.findPackage(digest);
    if (!stored) throw workflowNotFound(name, version);
    requireDigest(stored.bytes, digest);
    const { signature, keyId, keyVersion } = await this.signer.sign(stored.bytes);
    const text = toBundle(sha256(stored.bytes), signature, keyId);
    const signer = { kind: 'key', keyId } as const;
    const added = { kind: 'bundle', text, signer, isLogged: false, isAttested: false, signedAt: null } as const;
    await this.workflows.addSignature(
      digest,
      added,
      auditEntry(name, version, by, 'version.sign', { keyId, keyVersion }),
    );
    const signatures = await this.workflows.signaturesOf(digest);
    const kept = signatures.find((candidate) => signerId(candidate.signer) === keyId);
    if (!kept) throw workflowNotFound(name, version); // deleted meanwhile
    return kept;
  }

  /**
   * Deletes the bytes of a version that never ran; `hasRun` is asked when no new run can start any more. The name and version
   * keep meaning these bytes. Doing it again is harmless. A revoked version stays, for deleted bytes may be registered again.
   * Throws `version-has-run` and `version-state-conflict`.
   */
  async delete(name: string, version: string, by: string, hasRun: () => Promise<boolean>): Promise<void> {
    const found = await this.findAny(name, version);
    if (found.state === 'revoked') throw conflict(found, 'stays, so that its bytes never come back');
    // Asked also of what is marked already: whoever marked it may be about to take that back for the sake of a run.
    if (await hasRun()) throw conflictOfRuns(found);
    if (found.state !== 'deleted') await this.markDeleted(found, by, hasRun);
    await this.workflows.removeBytes(found.digest);
  }

  private async markDeleted(found: WorkflowVersion, by: string, hasRun: () => Promise<boolean>): Promise<void> {
    const { name, version, digest, state, stateReason: reason } = found;
    const audit = auditEntry(name, version, by, 'version.delete', { digest });
    const deletion = { name, version, from: [state], to: 'deleted', reason: null, by } as const;
    if (!(await this.workflows.changeState(deletion, audit))) {
      const now = await this.findAny(name, version);
      if (now.state !== 'deleted') throw conflict(now, 'was changed at the same time; look at it and try again');
    } else if (await hasRun()) {
      // A run that was accepted a moment ago: the version comes back as it was, unless somebody has finished deleting it.
      const back = { name, version, from: ['deleted'], to: state, reason, by } as const;
      const isBack = await this.workflows.changeState(back, auditEntry(name, version, by, 'version.undelete', {}));
      if (isBack) throw conflictOfRuns(found);
    }
  }

  private async change(name: string, version: string, by: string, wanted: Wanted): Promise<WorkflowVersion> {
    const before = await this.find(name, version);
    if (before.state === wanted.to) return before;
    const { from, to, action, reason } = wanted;
    const audit = auditEntry(name, version, by, action, reason === null ? {} : { reason });
    const changed = await this.workflows.changeState({ name, version, from, to, reason, by }, audit);
    const after = await this.find(name, version);
    if (!changed && after.state !== to) throw conflict(after, `cannot become ${to}`);
    return after;
  }

  private async find(name: string, version: string): Promise<WorkflowVersion> {
    const found = await this.findAny(name, version);
    requireKept(found);
    return found;
  }

  private async findAny(name: string, version: string): Promise<WorkflowVersion> {
    const isAskable = isWorkflowName(name) && isVersion(version);
    const found = isAskable ? await this.workflows.find(name, version) : undefined;
    if (!found) throw workflowNotFound(name, version);
    return found;
  }
}

export function auditEntry(
  name: string,
  version: string,
  actor: string,
  action: string,
  body: Readonly<Record<string, unknown>>,
): NewAuditEntry {
  return { actor, action, subject: `workflows/${name}/versions/${version}`, body };
}

function conflict({ name, version, state }: WorkflowVersion, what: string): RegistryError {
  return new RegistryError('version-state-conflict', `${name}@${version} is ${state} and ${what}.`);
}

function conflictOfRuns({ name, version }: WorkflowVersion): RegistryError {
  const advice = 'Its runs have to stay explainable; yank or revoke it instead.';
  return new RegistryError('version-has-run', `${name}@${version} has runs. ${advice}`);
}
