import type { WorkflowRef } from '../../src/registry/catalog/workflow-catalog.js';
import { RegistryError } from '../../src/registry/registry.error.js';
import { isPrerelease, versionSortKey } from '../../src/registry/workflows/version-sort-key.js';
import { WorkflowStore } from '../../src/registry/workflows/workflow.store.js';
import type {
  NewVersion,
  StoredPackage,
  StoredSignature,
  WorkflowSummary,
  WorkflowVersion,
} from '../../src/registry/workflows/workflow-version.js';

interface Row {
  readonly version: WorkflowVersion;
  readonly bytes: Buffer;
  readonly signatures: StoredSignature[];
}

/** In memory; held to the same contract as the store on PostgreSQL. */
export class FakeWorkflowStore extends WorkflowStore {
  private readonly rows: Row[] = [];

  add({ bytes, signature, ...added }: NewVersion): Promise<{ version: WorkflowVersion; created: boolean }> {
    const stored: StoredSignature = { ...signature, keyId: added.signer.keyId, verifiedAt: new Date() };
    const existing = this.rows.find(({ version }) => isSame(version, added));
    if (!existing) {
      const version = { ...added, size: bytes.length, createdAt: new Date() };
      this.rows.push({ version, bytes, signatures: [stored] });
      return Promise.resolve({ version, created: true });
    }
    if (existing.version.digest !== added.digest) {
      return Promise.reject(new RegistryError('version-exists', 'It is registered with other bytes.'));
    }
    if (!existing.signatures.some(({ keyId }) => keyId === stored.keyId)) existing.signatures.push(stored);
    return Promise.resolve({ version: existing.version, created: false });
  }

  async find(name: string, version: string): Promise<WorkflowVersion | undefined> {
    const versions = await this.versionsOf(name, Infinity);
    return versions.find((candidate) => candidate.version === version);
  }

  async findRef(name: string, version: string): Promise<WorkflowRef | undefined> {
    const found = await this.find(name, version);
    return found && { name, version, digest: found.digest };
  }

  async findLatest(name: string): Promise<WorkflowRef | undefined> {
    const latest = (await this.versionsOf(name, Infinity)).find(({ version }) => !isPrerelease(version));
    return latest && { name, version: latest.version, digest: latest.digest };
  }

  versionsOf(name: string, limit: number): Promise<WorkflowVersion[]> {
    const versions = this.rows.map(({ version }) => version).filter((version) => version.name === name);
    return Promise.resolve(versions.sort(highestFirst).slice(0, limit));
  }

  async list(limit: number, after = ''): Promise<WorkflowSummary[]> {
    const names = [...new Set(this.rows.map(({ version }) => version.name))].filter((name) => name > after).sort();
    return Promise.all(names.slice(0, limit).map((name) => this.summarise(name)));
  }

  findPackage(digest: string): Promise<StoredPackage | undefined> {
    return Promise.resolve(this.rows.find(({ version }) => version.digest === digest));
  }

  async signaturesOf(digest: string): Promise<StoredSignature[]> {
    return [...((await this.findPackage(digest))?.signatures ?? [])];
  }

  private async summarise(name: string): Promise<WorkflowSummary> {
    const versions = await this.versionsOf(name, Infinity);
    const release = versions.find(({ version }) => !isPrerelease(version));
    const shown = release ?? versions[0]!;
    const updatedAt = new Date(Math.max(...versions.map(({ createdAt }) => createdAt.getTime())));
    const { description, tags } = shown;
    return { name, latestVersion: release?.version ?? null, description, tags, versions: versions.length, updatedAt };
  }
}

function isSame(a: WorkflowRef, b: WorkflowRef): boolean {
  return a.name === b.name && a.version === b.version;
}

function highestFirst(a: WorkflowVersion, b: WorkflowVersion): number {
  return Buffer.compare(versionSortKey(b.version), versionSortKey(a.version)) || (b.version > a.version ? 1 : -1);
}
