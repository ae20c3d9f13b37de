import { Injectable } from '@nestjs/common';

import { inspectPackage } from '../../policy/index.js';
import { PackageOpener } from '../packages/package-opener.js';
import { RegistryError } from '../registry.error.js';
import { type CurrentTrust, TrustSource } from '../trust/trust.source.js';
import { isVersion } from '../workflows/version-sort-key.js';
import { requireKept, requireRunnable, requireStartable } from '../workflows/version-standing.js';
import { type SeenVersion, WorkflowStore } from '../workflows/workflow.store.js';
import { isWorkflowName, workflowNotFound } from '../workflows/workflow-name.js';
import { VerifiedPackageCache } from './verified-package.cache.js';
import { type VerifiedPackage, WorkflowCatalog, type WorkflowRef } from './workflow-catalog.js';

@Injectable()
export class StoredWorkflowCatalog extends WorkflowCatalog {
  private readonly cache = new VerifiedPackageCache<{ readonly opened: VerifiedPackage; readonly size: number }>(
    ({ size }) => size,
  );

  constructor(
    private readonly workflows: WorkflowStore,
    private readonly opener: PackageOpener,
    private readonly trust: TrustSource,
  ) {
    super();
  }

  async has(name: string): Promise<boolean> {
    return isWorkflowName(name) && (await this.workflows.versionsOf(name, 1)).length > 0;
  }

  async openForRun(name: string, version?: string): Promise<VerifiedPackage> {
    const seen = isWorkflowName(name) ? await this.see(name, version) : undefined;
    if (!seen) throw workflowNotFound(name, version);
    requireStartable(seen);
    return this.openSeen(seen, seen);
  }

  async open(ref: WorkflowRef): Promise<VerifiedPackage> {
    const seen = await this.workflows.seeDigest(ref.digest);
    if (!seen) throw packageNotFound(ref.digest);
    return this.openSeen(ref, seen);
  }

  private async openSeen({ name, version, digest }: WorkflowRef, seen: SeenVersion): Promise<VerifiedPackage> {
    requireRunnable(seen);
    const trust = await this.trust.current(seen.trustRevision);
    const { opened } = await this.cache.get(`${trust.set.version} ${digest}`, () => this.verify(digest, trust));
    if (opened.name !== name || opened.version !== version) {
      const calls = `${opened.name}@${opened.version}`;
      throw new RegistryError('digest-mismatch', `The package stored for ${name}@${version} calls itself ${calls}.`);
    }
    const { override } = seen;
    return override ? { ...opened, facts: { ...opened.facts, override } } : opened;
  }

  private async see(name: string, version: string | undefined): Promise<SeenVersion | undefined> {
    if (version === undefined) return this.workflows.seeLatest(name);
    return isVersion(version) ? this.workflows.seeVersion(name, version) : undefined;
  }

  /** It may have been deleted since it was seen. */
  private async whyMissing(digest: string): Promise<RegistryError> {
    const seen = await this.workflows.seeDigest(digest);
    if (seen) requireKept(seen);
    return packageNotFound(digest);
  }

  private async verify(digest: string, { set }: CurrentTrust): Promise<{ opened: VerifiedPackage; size: number }> {
    const stored = await this.workflows.findPackage(digest);
    if (!stored) throw await this.whyMissing(digest);
    const { file, judgement } = await this.opener.open(stored.bytes, stored.signatures, set, digest);
    const { name, version } = file.package.metadata;
    const opened: VerifiedPackage = {
      ...{ name, version, digest, file, package: file.package },
      signers: judgement.signatures.flatMap(({ verified, entries }) =>
        verified && entries.length > 0 ? [verified.signer] : [],
      ),
      facts: inspectPackage(digest, file.package, (pointer) => file.locate(pointer)),
    };
    // What stays in memory is the text, not the archive that it came in.
    return { opened, size: JSON.stringify(file.document).length + (file.readme?.length ?? 0) };
  }
}

function packageNotFound(digest: string): RegistryError {
  return new RegistryError('workflow-not-found', `No package with the digest ${digest} is registered.`);
}
