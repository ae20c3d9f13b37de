import { Injectable } from '@nestjs/common';

import { decodeCursor, type Page, type PageQuery, toPage } from '../../platform/http/cursor.js';
import { diffPackages, type PackageDiff, type PackageFile, readPackage } from '../../wpk/index.js';
import { requireDigest } from '../packages/package-opener.js';
import { RegistryError } from '../registry.error.js';
import { isVersion } from './version-sort-key.js';
import { requireKept } from './version-standing.js';
import type { VersionState } from './version-state.js';
import { type WorkflowFilter, WorkflowStore } from './workflow.store.js';
import { isWorkflowName, nameNotFound, workflowNotFound } from './workflow-name.js';
import type { StoredPackage, StoredSignature, WorkflowSummary, WorkflowVersion } from './workflow-version.js';

/** Of one workflow, shown at once. */
const MAX_VERSIONS = 500;

export interface VersionsDiff {
  readonly before: WorkflowVersion;
  readonly after: WorkflowVersion;
  readonly diff: PackageDiff;
}

/** What is registered, to be read. */
@Injectable()
export class WorkflowsService {
  constructor(private readonly workflows: WorkflowStore) {}

  async list(filter: WorkflowFilter, { limit, cursor }: PageQuery): Promise<Page<WorkflowSummary>> {
    const [after] = cursor === undefined ? [] : decodeCursor(cursor, isWorkflowName);
    const rows = await this.workflows.list(limit + 1, after, filter);
    return toPage(
      rows,
      limit,
      ({ name }) => [name],
      (row) => row,
    );
  }

  /** Versions with the highest first; `latestVersion` is what a run gets that names none. */
  async get(name: string): Promise<{ latestVersion: string | null; versions: WorkflowVersion[] }> {
    const known = isWorkflowName(name);
    const [versions, latest] = known
      ? await Promise.all([this.workflows.versionsOf(name, MAX_VERSIONS), this.workflows.seeLatest(name)])
      : [[]];
    if (versions.length === 0) throw nameNotFound(name);
    return { latestVersion: latest?.version ?? null, versions };
  }

  /** The highest first. */
  async versions(
    name: string,
    state: VersionState | undefined,
    { limit, cursor }: PageQuery,
  ): Promise<Page<WorkflowVersion>> {
    const [after] = cursor === undefined ? [] : decodeCursor(cursor, isVersion);
    const options = { ...(after !== undefined && { after }), ...(state !== undefined && { state }) };
    const rows = isWorkflowName(name) ? await this.workflows.versionsOf(name, limit + 1, options) : [];
    if (rows.length === 0 && !(await this.exists(name))) throw nameNotFound(name);
    return toPage(
      rows,
      limit,
      ({ version }) => [version],
      (row) => row,
    );
  }

  /** Throws `workflow-not-found` or `version-deleted`. */
  async find(name: string, version: string): Promise<WorkflowVersion> {
    const isAskable = isWorkflowName(name) && isVersion(version);
    const found = isAskable ? await this.workflows.find(name, version) : undefined;
    if (!found) throw workflowNotFound(name, version);
    requireKept(found);
    return found;
  }

  /** Read anew from the stored bytes; no signature is looked at. Throws `digest-mismatch` when the bytes were changed. */
  async fileOf({ digest }: Pick<WorkflowVersion, 'digest'>): Promise<PackageFile> {
    return readPackage(await this.bytesOf(digest));
  }

  /** Text of README.md of the package. Throws `readme-missing`. */
  async readmeOf({ name, version, digest }: WorkflowVersion): Promise<string> {
    const { readme } = await this.fileOf({ digest });
    if (readme !== undefined) return readme;
    const advice = 'A tarball with README.md beside wpk.yaml has one.';
    throw new RegistryError('readme-missing', `The package of ${name}@${version} has no readme. ${advice}`);
  }

  /** What differs between two versions of one workflow. */
  async diff(name: string, from: string, to: string): Promise<VersionsDiff> {
    const before = await this.find(name, from);
    const after = await this.find(name, to);
    // One after the other: a package may unpack to many times its size.
    const was = await this.fileOf(before);
    return { before, after, diff: diffPackages(was, await this.fileOf(after)) };
  }

  /** Throws `digest-mismatch` when the stored bytes are not those that were registered. */
  async bytesOf(digest: string): Promise<Buffer> {
    const { bytes } = await this.packageOf(digest);
    requireDigest(bytes, digest);
    return bytes;
  }

  async packageOf(digest: string): Promise<StoredPackage> {
    const stored = await this.workflows.findPackage(digest);
    if (!stored) throw new RegistryError('workflow-not-found', `No package with the digest ${digest} is registered.`);
    return stored;
  }

  signaturesOf({ digest }: WorkflowVersion): Promise<StoredSignature[]> {
    return this.workflows.signaturesOf(digest);
  }

  private async exists(name: string): Promise<boolean> {
    return isWorkflowName(name) && (await this.workflows.versionsOf(name, 1)).length > 0;
  }
}
