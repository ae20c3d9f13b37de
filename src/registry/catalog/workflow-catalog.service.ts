import { Injectable } from '@nestjs/common';

import { inspectPackage } from '../../policy/index.js';
import { signerId } from '../../wpk/index.js';
import { PackageOpener } from '../packages/package-opener.js';
import { RegistryError } from '../registry.error.js';
import { TrustedKeys } from '../signatures/trusted-keys.js';
import { isVersion } from '../workflows/version-sort-key.js';
import { WorkflowStore } from '../workflows/workflow.store.js';
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
    private readonly trust: TrustedKeys,
  ) {
    super();
  }

  async resolve(name: string, version?: string): Promise<WorkflowRef> {
    const found = isWorkflowName(name) ? await this.find(name, version) : undefined;
    if (!found) throw workflowNotFound(name, version);
    return found;
  }

  async open({ name, version, digest }: WorkflowRef): Promise<VerifiedPackage> {
    const { opened } = await this.cache.get(`${this.trust.version} ${digest}`, () => this.verify(digest));
    if (opened.name === name && opened.version === version) return opened;
    const calls = `${opened.name}@${opened.version}`;
    throw new RegistryError('digest-mismatch', `The package stored for ${name}@${version} calls itself ${calls}.`);
  }

  private async find(name: string, version: string | undefined): Promise<WorkflowRef | undefined> {
    if (version === undefined) return this.workflows.findLatest(name);
    return isVersion(version) ? this.workflows.findRef(name, version) : undefined;
  }

  private async verify(digest: string): Promise<{ opened: VerifiedPackage; size: number }> {
    const stored = await this.workflows.findPackage(digest);
    if (!stored) throw new RegistryError('workflow-not-found', `No package with the digest ${digest} is registered.`);
    const { file, verified } = await this.opener.open(stored.bytes, stored.signatures, digest);
    const { name, version } = file.package.metadata;
    const opened: VerifiedPackage = {
      ...{ name, version, digest, file, package: file.package },
      signer: { kind: 'key', keyId: signerId(verified.signer) },
      facts: inspectPackage(digest, file.package, (pointer) => file.locate(pointer)),
    };
    // What stays in memory is the text, not the archive that it came in.
    return { opened, size: JSON.stringify(file.document).length + (file.readme?.length ?? 0) };
  }
}
